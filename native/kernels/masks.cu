// Weights of which scores say how many count.
#include "reduce.h"

// Magnitudes are compared as numbers of 32 bits: three digits of 11, 11 and 10 bits, from the upper ones down.
constexpr uint BINS = 2048;
constexpr uint DIGITS = 3;

DEVICE constexpr uint shiftOf(uint digit) { return digit == 0 ? 21 : digit == 1 ? 10 : 0; }

struct KeepLargestArguments
{
    const float *scores;
    const float *values;
    float *target;
    uint *counts; // 0 before: how many magnitudes have each digit, those of the digits before at the border; then equals of the border by chunk
    uint length;
    uint kept;
    uint chunk;   // scores that a block takes, in their order
};

// |score| as an unsigned number of the same order; NaN is above all.
DEVICE uint magnitudeOf(float score) { return isNaN(score) ? 0xFFFFFFFF : __builtin_bit_cast(uint, score) & 0x7FFFFFFF; }

// The smallest magnitude that is kept, as far as its digits are counted.
struct Border
{
    uint bits; // its upper digits, the others 0
    uint left; // how many are kept of those that begin with them
};

// The bin of a digit in which the last lies that is kept, counted from the largest; left becomes how many are kept within it. By a whole block.
DEVICE uint borderBin(const uint *counts, uint &left)
{
    constexpr uint OWN = BINS / BLOCK; // bins of a thread, from the largest down
    SHARED static uint found[2];
    uint last = BINS - 1 - threadX() * OWN;
    uint own = 0;
    for (uint i = 0; i < OWN; i++)
        own += counts[last - i];
    uint total;
    uint before = blockSumBefore(own, total);
    if (threadX() == 0)
    {
        found[0] = BINS - 1; // where none is kept
        found[1] = 0;
    }
    synchroniseBlock();
    if (before < left && left <= before + own)
    {
        uint rest = left - before;
        uint bin = last;
        for (; rest > counts[bin]; bin--)
            rest -= counts[bin];
        found[0] = bin;
        found[1] = rest;
    }
    synchroniseBlock();
    left = found[1];
    uint bin = found[0];
    synchroniseBlock();
    return bin;
}

DEVICE Border borderOf(const KeepLargestArguments &arguments, uint digits)
{
    Border border = {0, arguments.kept};
    for (uint digit = 0; digit < digits; digit++)
        border.bits |= borderBin(arguments.counts + digit * BINS, border.left) << shiftOf(digit);
    return border;
}

DEVICE uint endOfChunk(const KeepLargestArguments &arguments)
{
    return smaller(arguments.chunk, arguments.length - blockX() * arguments.chunk) + blockX() * arguments.chunk;
}

// How many magnitudes have each value of a digit, of those whose digits before are the border's.
template <uint DIGIT> DEVICE void countDigit(const KeepLargestArguments &arguments)
{
    SHARED static uint bins[BINS];
    for (uint bin = threadX(); bin < BINS; bin += BLOCK)
        bins[bin] = 0;
    Border border = borderOf(arguments, DIGIT);
    synchroniseBlock();
    constexpr uint MASK = (DIGIT == 2 ? BINS / 2 : BINS) - 1;
    for (uint i = blockX() * arguments.chunk + threadX(); i < endOfChunk(arguments); i += BLOCK)
    {
        uint magnitude = magnitudeOf(arguments.scores[i]);
        if (DIGIT == 0 || (magnitude ^ border.bits) >> shiftOf(DIGIT - 1) == 0)
            addAtomically(&bins[magnitude >> shiftOf(DIGIT) & MASK], 1);
    }
    synchroniseBlock();
    for (uint bin = threadX(); bin < BINS; bin += BLOCK)
        if (bins[bin] != 0)
            addAtomically(&arguments.counts[DIGIT * BINS + bin], bins[bin]);
}

KERNEL void countUpperDigit(KeepLargestArguments arguments) { countDigit<0>(arguments); }
KERNEL void countMiddleDigit(KeepLargestArguments arguments) { countDigit<1>(arguments); }
KERNEL void countLowerDigit(KeepLargestArguments arguments) { countDigit<2>(arguments); }

// How many magnitudes of each chunk equal the border's.
KERNEL void countEquals(KeepLargestArguments arguments)
{
    Border border = borderOf(arguments, DIGITS);
    uint equals = 0;
    for (uint i = blockX() * arguments.chunk + threadX(); i < endOfChunk(arguments); i += BLOCK)
        equals += magnitudeOf(arguments.scores[i]) == border.bits;
    uint total;
    blockSumBefore(equals, total);
    if (threadX() == 0)
        arguments.counts[DIGITS * BINS + blockX()] = total;
}

// target = value where the magnitude is above the border, or is among the first at it that are kept; else 0.
KERNEL void keepLargest(KeepLargestArguments arguments)
{
    Border border = borderOf(arguments, DIGITS);
    const uint *equalsOf = arguments.counts + DIGITS * BINS;
    uint own = 0, before;
    for (uint chunk = threadX(); chunk < blockX(); chunk += BLOCK)
        own += equalsOf[chunk];
    blockSumBefore(own, before);

    uint first = blockX() * arguments.chunk;
    bool isOneFate = before >= border.left || before + equalsOf[blockX()] <= border.left; // of all equals in the chunk
    bool keepsEquals = before < border.left;
    for (uint i = first + threadX(); i < endOfChunk(arguments) && isOneFate; i += BLOCK)
    {
        uint magnitude = magnitudeOf(arguments.scores[i]);
        arguments.target[i] = magnitude > border.bits || (magnitude == border.bits && keepsEquals) ? arguments.values[i] : 0;
    }
    for (uint tile = first; tile < endOfChunk(arguments) && !isOneFate; tile += BLOCK)
    {
        uint i = tile + threadX();
        bool isIn = i < endOfChunk(arguments);
        uint magnitude = isIn ? magnitudeOf(arguments.scores[i]) : 0;
        bool isEqual = isIn && magnitude == border.bits;
        uint equals;
        uint place = before + blockSumBefore(isEqual, equals);
        if (isIn)
            arguments.target[i] = magnitude > border.bits || (isEqual && place < border.left) ? arguments.values[i] : 0;
        before += equals;
    }
}

struct MultiplyAddArguments
{
    const float *first;
    const float *second;
    float *target;
    ulong length;
};

// target += first·second
KERNEL void multiplyAdd(MultiplyAddArguments arguments)
{
    for (ulong i = firstItem(); i < arguments.length; i += itemStride())
        arguments.target[i] += arguments.first[i] * arguments.second[i];
}

struct InnerProductArguments
{
    const float *first;
    const float *second;
    double *partial; // a sum a block
    double *target;
    ulong length;
    uint blocks;
};

// Σ first·second of what falls to each block.
KERNEL void innerProduct(InnerProductArguments arguments)
{
    double sum = 0;
    for (ulong i = firstItem(); i < arguments.length; i += itemStride())
        sum += (double)arguments.first[i] * arguments.second[i];
    sum = blockSum(sum);
    if (threadX() == 0)
        arguments.partial[blockX()] = sum;
}

// The blocks' sums, by one block.
KERNEL void innerProductTotal(InnerProductArguments arguments)
{
    double sum = 0;
    for (uint i = threadX(); i < arguments.blocks; i += BLOCK)
        sum += arguments.partial[i];
    sum = blockSum(sum);
    if (threadX() == 0)
        *arguments.target = sum;
}
