// Whole buffers, element by element; the memory of one begins at a multiple of 256 bytes.
#include "four.h"

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
    ulong fours = a.count / FOUR;
    for (ulong i = firstItem(); i < fours; i += itemStride())
    {
        Four to = readFour(a.target + i * FOUR), from = readFour(a.source + i * FOUR);
        for (uint k = 0; k < FOUR; k++)
            to.lanes[k] = a.keep * to.lanes[k] + a.scale * from.lanes[k];
        writeFour(a.target + i * FOUR, to);
    }
    for (ulong i = fours * FOUR + firstItem(); i < a.count; i += itemStride())
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
