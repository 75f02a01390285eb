// Whole buffers, element by element.
#include "device.h"

struct BlendArguments
{
    float *target;
    const float *source;
    ulong count;
    float keep;
    float scale;
};

// target = keep·target + scale·source
KERNEL void blend(BlendArguments a)
{
    for (ulong i = firstItem(); i < a.count; i += itemStride())
        a.target[i] = a.keep * a.target[i] + a.scale * a.source[i];
}

struct ClampBelowArguments
{
    float *target;
    ulong count;
    float minimum;
};

// target = max(target, minimum); NaN of either stays NaN.
KERNEL void clampBelow(ClampBelowArguments a)
{
    for (ulong i = firstItem(); i < a.count; i += itemStride())
    {
        float value = a.target[i];
        a.target[i] = value >= a.minimum || isNaN(value) ? value : a.minimum;
    }
}
