// The optimiser, element by element.
#include "device.h"

struct SgdArguments
{
    float *value;
    const float *gradient;
    float *velocity;
    ulong length;
    float learningRate;
    float momentum;
    float weightDecay;
};

// velocity = momentum·velocity + (gradient + weightDecay·value); value −= learningRate·velocity.
KERNEL void sgdStep(SgdArguments arguments)
{
    for (ulong i = firstItem(); i < arguments.length; i += itemStride())
    {
        float value = arguments.value[i];
        float velocity = arguments.momentum * arguments.velocity[i] + (arguments.gradient[i] + arguments.weightDecay * value);
        arguments.velocity[i] = velocity;
        arguments.value[i] = value - arguments.learningRate * velocity;
    }
}
