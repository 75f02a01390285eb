// The learned sum of two values, and its gradients. A static operand stands at every timestep of the other's.
#include "lanes.h"
#include "reduce.h"

struct WeightedSumArguments
{
    Activation first;
    Activation second;
    const float *coefficients; // of the first and of the second
    Activation output;
    uint rows;
};

// output = coefficients[0]·first + coefficients[1]·second, of floats that all have the output's steps
KERNEL void weightedSum(WeightedSumArguments arguments)
{
    float a = arguments.coefficients[0], b = arguments.coefficients[1];
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.output, index);
        const float *first = floatsOf(arguments.first, row), *second = floatsOf(arguments.second, row);
        float *output = floatsOf(arguments.output, row);
        for (uint i = firstItem(); i < rowFours(arguments.output); i += itemStride())
        {
            Four x = readFour(first + i * FOUR), y = readFour(second + i * FOUR);
            for (uint k = 0; k < FOUR; k++)
                x.lanes[k] = x.lanes[k] * a + y.lanes[k] * b;
            writeFour(output + i * FOUR, x);
        }
    }
}

// The same where an operand is bits or static
KERNEL void weightedSumMixed(WeightedSumArguments arguments)
{
    float a = arguments.coefficients[0], b = arguments.coefficients[1];
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.output, index);
        float *output = floatsOf(arguments.output, row);
        for (uint i = firstItem(); i < rowFours(arguments.output); i += itemStride())
        {
            FourAt at = fourAt(arguments.output, i);
            Four x = lanesBeside(arguments.output, arguments.first, row, at), y = lanesBeside(arguments.output, arguments.second, row, at);
            for (uint k = 0; k < FOUR; k++)
                x.lanes[k] = x.lanes[k] * a + y.lanes[k] * b;
            writeFour(output + i * FOUR, x);
        }
    }
}

struct WeightedSumGradientArguments
{
    Activation outputGradient;
    const float *coefficient; // the input's
    Activation inputGradient;
    uint rows;
    int accumulate;
};

// inputGradient (+)= coefficient·outputGradient. In place.
KERNEL void weightedSumGradient(WeightedSumGradientArguments arguments)
{
    float a = *arguments.coefficient;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.inputGradient, index);
        const float *outputGradient = floatsOf(arguments.outputGradient, row);
        float *inputGradient = floatsOf(arguments.inputGradient, row);
        for (uint i = firstItem(); i < rowFours(arguments.inputGradient); i += itemStride())
        {
            Four dy = readFour(outputGradient + i * FOUR);
            float *dx = inputGradient + i * FOUR;
            Four sum = arguments.accumulate ? readFour(dx) : Four{};
            for (uint k = 0; k < FOUR; k++)
                sum.lanes[k] += dy.lanes[k] * a;
            writeFour(dx, sum);
        }
    }
}

// inputGradient (+)= Σ over timesteps of coefficient·outputGradient, for a static input
KERNEL void weightedSumStaticGradient(WeightedSumGradientArguments arguments)
{
    const Activation &from = arguments.outputGradient, &to = arguments.inputGradient;
    float a = *arguments.coefficient;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(to, index);
        const float *outputGradient = floatsOf(from, row);
        float *inputGradient = floatsOf(to, row);
        for (uint i = firstItem(); i < rowLength(to); i += itemStride())
        {
            uint value = i / (uint)to.width, sample = i % (uint)to.width;
            float sum = 0;
            if (sample < (uint)from.blockSamples)
                for (uint step = 0; step < (uint)from.steps; step++)
                    sum += outputGradient[value * from.width + step * from.blockSamples + sample] * a;
            inputGradient[i] = arguments.accumulate ? inputGradient[i] + sum : sum;
        }
    }
}

struct WeightedSumCoefficientGradientArguments
{
    Activation input;
    Activation outputGradient;
    double *partial; // one a block of threads
    uint rows;
};

// partial = Σ of input·outputGradient over what a block of threads has; sum.cu's addSum adds them up. The gradient is zero in lanes of no
// sample in use.
KERNEL void weightedSumCoefficientGradient(WeightedSumCoefficientGradientArguments arguments)
{
    double sum = 0;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(arguments.outputGradient, index);
        const float *outputGradient = floatsOf(arguments.outputGradient, row);
        for (uint i = firstItem(); i < rowFours(arguments.outputGradient); i += itemStride())
        {
            Four x = lanesBeside(arguments.outputGradient, arguments.input, row, fourAt(arguments.outputGradient, i));
            Four dy = readFour(outputGradient + i * FOUR);
            for (uint k = 0; k < FOUR; k++)
                sum += (double)x.lanes[k] * dy.lanes[k];
        }
    }
    keepPartial(arguments.partial, sum);
}
