// ReLU and its gradient, value by value.
#include "activation.h"

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
        for (uint i = firstItem(); i < rowLength(arguments.output); i += itemStride())
            output[i] = input[i] < 0 ? 0 : input[i];
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
        for (uint i = firstItem(); i < rowLength(arguments.output); i += itemStride())
        {
            float gradient = output[i] > 0 ? outputGradient[i] : 0;
            inputGradient[i] = arguments.accumulate ? inputGradient[i] + gradient : gradient;
        }
    }
}
