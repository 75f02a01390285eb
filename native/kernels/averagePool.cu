// Means over windows that lie side by side, and their gradient.
#include "lanes.h"

struct AveragePoolArguments
{
    Activation input;
    Activation output;
    uint rows; // of the output's, in all lane blocks in use
};

template <bool BITS> DEVICE void pool(const AveragePoolArguments &a)
{
    uint windowRows = (uint)a.input.rows / a.output.rows, windowColumns = (uint)a.input.columns / a.output.columns;
    float share = 1.0f / (windowRows * windowColumns);
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.output, index);
        float *output = floatsOf(a.output, row);
        for (uint i = firstItem(); i < rowFours(a.output); i += itemStride())
        {
            FourAt at = fourAt(a.output, i);
            Four sum = {};
            for (uint r = 0; r < windowRows; r++)
                for (uint c = 0; c < windowColumns; c++)
                {
                    Four x = lanesAt<BITS>(a.input, {row.block, row.row * windowRows + r}, {at.column * windowColumns + c, at.channel, at.lane});
                    for (uint k = 0; k < FOUR; k++)
                        sum.lanes[k] += x.lanes[k];
                }
            for (uint k = 0; k < FOUR; k++)
                sum.lanes[k] *= share;
            writeFour(output + i * FOUR, sum);
        }
    }
}

// output = mean over the window, row by row
KERNEL void averagePool(AveragePoolArguments arguments) { pool<false>(arguments); }

KERNEL void averagePoolBits(AveragePoolArguments arguments) { pool<true>(arguments); }

struct AveragePoolGradientArguments
{
    Activation outputGradient;
    Activation inputGradient;
    uint rows; // of the input's
    int accumulate;
};

// inputGradient (+)= outputGradient of its window / window size
KERNEL void averagePoolGradient(AveragePoolGradientArguments a)
{
    uint windowRows = (uint)a.inputGradient.rows / a.outputGradient.rows;
    uint windowColumns = (uint)a.inputGradient.columns / a.outputGradient.columns;
    float share = 1.0f / (windowRows * windowColumns);
    uint fours = (uint)a.inputGradient.columnStride / FOUR; // of a column: the same in both
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.inputGradient, index);
        const float *outputGradient = floatsOf(a.outputGradient, {row.block, row.row / windowRows});
        float *inputGradient = floatsOf(a.inputGradient, row);
        for (uint i = firstItem(); i < rowFours(a.inputGradient); i += itemStride())
        {
            uint column = i / fours;
            Four dy = readFour(outputGradient + (column / windowColumns * fours + i % fours) * FOUR);
            float *dx = inputGradient + i * FOUR;
            Four sum = a.accumulate ? readFour(dx) : Four{};
            for (uint k = 0; k < FOUR; k++)
                sum.lanes[k] += dy.lanes[k] * share;
            writeFour(dx, sum);
        }
    }
}
