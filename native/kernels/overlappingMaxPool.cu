// The largest values of windows that may overlap and reach beyond the edge, where nothing is, and their gradient.
#include "largest.h"

struct Windows
{
    int size;
    int stride;
    int padding;
};

// Rows, or columns, from first to below end.
struct Span
{
    int first;
    int end;
};

// What a window has of a map of so many.
DEVICE Span spanOf(const Windows &windows, int number, int extent)
{
    int first = number * windows.stride - windows.padding;
    return {larger(0, first), smaller(extent, first + windows.size)};
}

// The windows, of so many, that a position is in.
DEVICE Span windowsOf(const Windows &windows, int position, int count)
{
    int last = position + windows.padding;
    return {last < windows.size ? 0 : (last - windows.size) / windows.stride + 1, smaller(count, last / windows.stride + 1)};
}

// The largest of a window.
DEVICE Largest largestOf(const Activation &input, uint block, Span rows, Span columns, FourAt at)
{
    Largest largest = nothingYet();
    uint number = 0;
    for (int r = rows.first; r < rows.end; r++)
        for (int c = columns.first; c < columns.end; c++)
            compare(largest, lanesAt<false>(input, {block, (uint)r}, {(uint)c, at.channel, at.lane}), number++);
    return largest;
}

struct OverlappingMaxPoolArguments
{
    Activation input;
    Activation output;
    Windows windows;
    uint rows; // of the output's, in all lane blocks in use
};

// output = the largest of the window; NaN where one is
KERNEL void overlappingMaxPool(OverlappingMaxPoolArguments a)
{
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.output, index);
        Span rows = spanOf(a.windows, row.row, a.input.rows);
        float *output = floatsOf(a.output, row);
        for (uint i = firstItem(); i < rowFours(a.output); i += itemStride())
        {
            FourAt at = fourAt(a.output, i);
            writeFour(output + i * FOUR, largestOf(a.input, row.block, rows, spanOf(a.windows, at.column, a.input.columns), at).values);
        }
    }
}

struct OverlappingMaxPoolGradientArguments
{
    Activation input;
    Activation outputGradient;
    Activation inputGradient;
    Windows windows;
    uint rows; // of the input's
    int accumulate;
};

// inputGradient (+)= the sum of outputGradient over the windows in which the value is the first of the largest, row by row. Each value looks
// for its windows, so that none is added to by two threads, and adds them in their order.
KERNEL void overlappingMaxPoolGradient(OverlappingMaxPoolGradientArguments a)
{
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.inputGradient, index);
        float *inputGradient = floatsOf(a.inputGradient, row);
        Span down = windowsOf(a.windows, row.row, a.outputGradient.rows);
        for (uint i = firstItem(); i < rowFours(a.inputGradient); i += itemStride())
        {
            FourAt at = fourAt(a.inputGradient, i);
            Span across = windowsOf(a.windows, at.column, a.outputGradient.columns);
            float *dx = inputGradient + i * FOUR;
            Four sum = a.accumulate ? readFour(dx) : Four{};
            for (int r = down.first; r < down.end; r++)
                for (int c = across.first; c < across.end; c++)
                {
                    Span rows = spanOf(a.windows, r, a.input.rows), columns = spanOf(a.windows, c, a.input.columns);
                    Largest largest = largestOf(a.input, row.block, rows, columns, at);
                    uint number = (row.row - rows.first) * (columns.end - columns.first) + at.column - columns.first;
                    Four dy = lanesAt<false>(a.outputGradient, {row.block, (uint)r}, {(uint)c, at.channel, at.lane});
                    for (uint k = 0; k < FOUR; k++)
                        sum.lanes[k] += largest.first[k] == number ? dy.lanes[k] : 0;
                }
            writeFour(dx, sum);
        }
    }
}
