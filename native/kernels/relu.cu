// ReLU and its gradient, value by value.
#include "lanes.h"

struct ReluArguments
{
    Activation input;
    Activation output;
    uint rows; // of all lane blocks in use
};

// output = max(input, 0); NaN stays NaN. In place.
KERNEL void relu(ReluArguments arguments)
{
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.output, index);
        const float *input = floatsOf(arguments.input, row);
        float *output = floatsOf(arguments.output, row);
        for (uint i = firstItem(); i < rowFours(arguments.output); i += itemStride())
        {
            Four x = readFour(input + i * FOUR);
            for (uint k = 0; k < FOUR; k++)
                x.lanes[k] = x.lanes[k] < 0 ? 0 : x.lanes[k];
            writeFour(output + i * FOUR, x);
        }
    }
}

struct ReluGradientArguments
{
    Activation output;
    Activation outputGradient;
    Activation inputGradient;
    uint rows;
    int accumulate;
};

// inputGradient (+)= outputGradient where output > 0, else 0. In place in the gradients. Spare lanes of the output may hold anything, those of
// its gradient are zero and so are those of the input's.
KERNEL void reluGradient(ReluGradientArguments arguments)
{
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.output, index);
        const float *output = floatsOf(arguments.output, row);
        const float *outputGradient = floatsOf(arguments.outputGradient, row);
        float *inputGradient = floatsOf(arguments.inputGradient, row);
        for (uint i = firstItem(); i < rowFours(arguments.output); i += itemStride())
        {
            Four y = readFour(output + i * FOUR), dy = readFour(outputGradient + i * FOUR);
            float *dx = inputGradient + i * FOUR;
            Four sum = arguments.accumulate ? readFour(dx) : Four{};
            for (uint k = 0; k < FOUR; k++)
                sum.lanes[k] += y.lanes[k] > 0 ? dy.lanes[k] : 0;
            writeFour(dx, sum);
        }
    }
}
