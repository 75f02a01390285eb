// The sum of an activation, in double: each block of threads leaves a partial sum, and one block adds them up in their order.
#include "lanes.h"
#include "reduce.h"

struct SumArguments
{
    Activation values;
    double *partial; // one a block of threads
    uint rows;
    uint samples;
};

KERNEL void sumFloats(SumArguments a)
{
    double sum = 0;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.values, index);
        uint used = samplesOf(a.values, row.block, a.samples);
        const float *values = floatsOf(a.values, row);
        for (uint i = firstItem(); i < rowFours(a.values); i += itemStride())
        {
            Four x = readFour(values + i * FOUR);
            uint lane = i % ((uint)a.values.width / FOUR) * FOUR;
            for (uint k = 0; k < FOUR; k++)
                sum += isInUse(a.values, lane + k, used) ? x.lanes[k] : 0;
        }
    }
    keepPartial(a.partial, sum);
}

// Counts bits, a word at a time.
template <typename Word> DEVICE void countBits(const SumArguments &a)
{
    uint words = (uint)a.values.columnStride / sizeof(Word); // of a position
    uint rowWords = words * a.values.columns;                // of a channel's row
    ulong count = 0;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.values, index);
        uint used = samplesOf(a.values, row.block, a.samples);
        for (uint i = firstItem(); i < rowWords * a.values.channels; i += itemStride())
        {
            uint channel = i / rowWords, position = i % rowWords;
            Word word = ((const Word *)bytesAt(a.values, row, 0, channel))[position];
            count += bitsSet(word & wordInUse<Word>(a.values, position % words * sizeof(Word) * 8, used));
        }
    }
    keepPartial(a.partial, (double)count);
}

// Positions of 1 or 2 bytes.
KERNEL void sumBytes(SumArguments arguments) { countBits<byte>(arguments); }

// Positions of whole words.
KERNEL void sumWords(SumArguments arguments) { countBits<uint>(arguments); }

struct StoreSumArguments
{
    const double *partial;
    double *target;
    uint count;
};

// *target = the sum of the partial sums
KERNEL void storeSum(StoreSumArguments a)
{
    double sum = sumPartials(a.partial, a.count);
    if (threadX() == 0)
        *a.target = sum;
}

struct AddSumArguments
{
    const double *partial;
    float *target;
    uint count;
};

// *target += the sum of the partial sums, rounded to float
KERNEL void addSum(AddSumArguments a)
{
    double sum = sumPartials(a.partial, a.count);
    if (threadX() == 0)
        *a.target += (float)sum;
}
