// The k-th smallest value, exactly: floats as unsigned numbers of the same order, whose digits are found from the highest on. For each digit,
// one kernel counts how often each of its values occurs behind the digits found, and one looks up which of them the k-th value has.
#include "lanes.h"

constexpr uint DIGIT_VALUES = 2048; // 11 bits: three digits make 32

// What one digit leaves for the next. CudaBackend.Reductions.cs has its size.
struct Selection
{
    ulong counts[DIGIT_VALUES]; // zero before they are counted
    ulong rank;                 // of the value looked for among those that have the digits found; from 1
    uint key;                   // the digits found
    uint unused;
};

// Numbers in the order of floats; NaN, of either sign, is above all.
DEVICE uint sortKey(float value)
{
    uint bits = __builtin_bit_cast(uint, value);
    return isNaN(value) ? 0xFFFFFFFF : bits >> 31 ? ~bits : bits | 0x80000000;
}

DEVICE float valueOf(uint key) { return __builtin_bit_cast(float, key >> 31 ? key & 0x7FFFFFFF : ~key); }

struct CountDigitsArguments
{
    Activation values;
    Selection *selection;
    uint rows;
    uint samples;
    uint shift; // bits below the digit
    uint bits;  // of the digit
};

// Adds to counts[d] how many of the values in use have the digits found and then d. Whole numbers, so that no order matters.
KERNEL void countDigits(CountDigitsArguments a)
{
    SHARED static uint counts[DIGIT_VALUES];
    for (uint i = threadX(); i < DIGIT_VALUES; i += BLOCK)
        counts[i] = 0;
    synchroniseBlock();
    ulong found = (ulong)a.selection->key >> (a.shift + a.bits);
    uint last = 0, run = 0; // most values behind a ReLU are the same: a thread adds those that follow each other at once
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
            {
                uint key = sortKey(x.lanes[k]);
                if (!isInUse(a.values, lane + k, used) || (ulong)key >> (a.shift + a.bits) != found)
                    continue;
                uint digit = key >> a.shift & ((1u << a.bits) - 1);
                if (digit != last && run > 0)
                {
                    addAtomically(&counts[last], run);
                    run = 0;
                }
                last = digit;
                run++;
            }
        }
    }
    if (run > 0)
        addAtomically(&counts[last], run);
    synchroniseBlock();
    for (uint i = threadX(); i < DIGIT_VALUES; i += BLOCK)
        if (counts[i] > 0)
            addAtomically(&a.selection->counts[i], (ulong)counts[i]);
}

struct FindDigitArguments
{
    Selection *selection;
    float *target;
    ulong rank; // of the value looked for among all
    uint shift; // bits below the digit
    uint bits;  // of the digit
};

// Finds the digit and leaves the counts zero for the next; *target becomes the value that has the digits found, and zeros behind them: in the
// end the value itself. One block.
KERNEL void findDigit(FindDigitArguments a)
{
    constexpr uint EACH = DIGIT_VALUES / BLOCK;
    SHARED static ulong sums[BLOCK];
    ulong counts[EACH];
    ulong own = 0;
    for (uint i = 0; i < EACH; i++)
    {
        counts[i] = a.selection->counts[threadX() * EACH + i];
        a.selection->counts[threadX() * EACH + i] = 0;
        own += counts[i];
    }
    sums[threadX()] = own;
    bool isFirst = a.shift + a.bits == 32;
    ulong rank = isFirst ? a.rank : a.selection->rank;
    uint key = isFirst ? 0 : a.selection->key;
    synchroniseBlock();
    ulong before = 0;
    for (uint i = 0; i < threadX(); i++)
        before += sums[i];
    if (before < rank && rank <= before + own)
    {
        uint digit = 0;
        for (; rank > before + counts[digit]; digit++)
            before += counts[digit];
        key |= (threadX() * EACH + digit) << a.shift;
        a.selection->rank = rank - before;
        a.selection->key = key;
        *a.target = valueOf(key);
    }
}
