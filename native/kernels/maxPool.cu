// The largest values of windows that lie side by side, and their gradient.
#include "largest.h"

struct MaxPoolArguments
{
    Activation input;
    Activation output;
    uint rows; // of the output's, in all lane blocks in use
    uint samples;
};

// Rows and columns of a window.
struct Window
{
    uint rows;
    uint columns;
};

DEVICE Window windowOf(const Activation &input, const Activation &output)
{
    return {(uint)input.rows / output.rows, (uint)input.columns / output.columns};
}

// The largest of the window that is pooled to a position.
template <bool BITS> DEVICE Largest largestOf(const Activation &input, Window window, Row row, FourAt at)
{
    Largest largest = nothingYet();
    uint number = 0;
    for (uint r = 0; r < window.rows; r++)
        for (uint c = 0; c < window.columns; c++)
            compare(largest,
                lanesAt<BITS>(input, {row.block, row.row * window.rows + r}, {at.column * window.columns + c, at.channel, at.lane}), number++);
    return largest;
}

template <bool BITS> DEVICE void pool(const MaxPoolArguments &a)
{
    Window window = windowOf(a.input, a.output);
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.output, index);
        float *output = floatsOf(a.output, row);
        for (uint i = firstItem(); i < rowFours(a.output); i += itemStride())
            writeFour(output + i * FOUR, largestOf<BITS>(a.input, window, row, fourAt(a.output, i)).values);
    }
}

// output = the largest of the window; NaN where one is
KERNEL void maxPool(MaxPoolArguments arguments) { pool<false>(arguments); }

KERNEL void maxPoolBits(MaxPoolArguments arguments) { pool<true>(arguments); }

// From bits to bits, a word at a time: a window has fired where one of its neurons has. Lanes of no sample in use become 0.
template <typename Word> DEVICE void poolWords(const MaxPoolArguments &a)
{
    Window window = windowOf(a.input, a.output);
    uint words = (uint)a.output.columnStride / sizeof(Word); // of a position
    uint rowWords = words * a.output.columns;                // of a channel's row
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.output, index);
        uint used = samplesOf(a.output, row.block, a.samples);
        for (uint i = firstItem(); i < rowWords * a.output.channels; i += itemStride())
        {
            uint channel = i / rowWords, position = i % rowWords;
            uint column = position / words, word = position % words;
            Word any = 0;
            for (uint r = 0; r < window.rows; r++)
                for (uint c = 0; c < window.columns; c++)
                    any |= ((const Word *)bytesAt(a.input, {row.block, row.row * window.rows + r}, column * window.columns + c, channel))[word];
            ((Word *)bytesAt(a.output, row, column, channel))[word] = any & wordInUse<Word>(a.output, word * sizeof(Word) * 8, used);
        }
    }
}

// Positions of 1 or 2 bytes.
KERNEL void maxPoolBytesToBits(MaxPoolArguments arguments) { poolWords<byte>(arguments); }

// Positions of whole words.
KERNEL void maxPoolWordsToBits(MaxPoolArguments arguments) { poolWords<uint>(arguments); }

struct MaxPoolGradientArguments
{
    Activation input;
    Activation outputGradient;
    Activation inputGradient;
    uint rows; // of the output's
    int accumulate;
};

template <bool BITS> DEVICE void poolGradient(const MaxPoolGradientArguments &a)
{
    Window window = windowOf(a.input, a.outputGradient);
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.outputGradient, index);
        const float *outputGradient = floatsOf(a.outputGradient, row);
        for (uint i = firstItem(); i < rowFours(a.outputGradient); i += itemStride())
        {
            FourAt at = fourAt(a.outputGradient, i);
            Largest largest = largestOf<BITS>(a.input, window, row, at);
            Four dy = readFour(outputGradient + i * FOUR);
            uint number = 0;
            for (uint r = 0; r < window.rows; r++)
                for (uint c = 0; c < window.columns; c++, number++)
                {
                    Row to = {row.block, row.row * window.rows + r};
                    float *dx = floatsAt(a.inputGradient, to, at.column * window.columns + c, at.channel) + at.lane;
                    Four sum = a.accumulate ? readFour(dx) : Four{};
                    for (uint k = 0; k < FOUR; k++)
                        sum.lanes[k] += largest.first[k] == number ? dy.lanes[k] : 0;
                    writeFour(dx, sum);
                }
        }
    }
}

// inputGradient (+)= outputGradient at the first of the largest of each window, row by row; 0 elsewhere
KERNEL void maxPoolGradient(MaxPoolGradientArguments arguments) { poolGradient<false>(arguments); }

KERNEL void maxPoolBitsGradient(MaxPoolGradientArguments arguments) { poolGradient<true>(arguments); }
