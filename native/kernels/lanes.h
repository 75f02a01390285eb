// Four neighbouring lanes at once: as much as a thread reads and writes in one instruction. Widths are multiples of 16, so that rows of
// floats are whole fours, and four lanes of bits lie in one byte.
#pragma once
#include "activation.h"
#include "four.h"

// Four lanes of a channel at a column of a row.
struct FourAt
{
    uint column;
    uint channel;
    uint lane; // the first of them
};

// Fours in a row of floats.
DEVICE uint rowFours(const Activation &a) { return rowLength(a) / FOUR; }

// Four number `index` of a row of floats.
DEVICE FourAt fourAt(const Activation &a, uint index)
{
    uint fours = (uint)a.width / FOUR;
    uint value = index / fours;
    return {value / (uint)a.channels, value % (uint)a.channels, index % fours * FOUR};
}

// Where the lanes of a channel begin.
DEVICE float *floatsAt(const Activation &a, Row row, uint column, uint channel)
{
    return floatsOf(a, row) + column * (uint)a.columnStride + channel * (uint)a.channelStride;
}

DEVICE byte *bytesAt(const Activation &a, Row row, uint column, uint channel)
{
    return bytesOf(a, row) + column * (uint)a.columnStride + channel * (uint)a.channelStride;
}

// Four lanes of floats or of bits. Those of bits that are no lanes are 0: the bits there may be the next column's.
template <bool BITS> DEVICE Four lanesAt(const Activation &a, Row row, FourAt at)
{
    if (!BITS)
        return readFour(floatsAt(a, row, at.column, at.channel) + at.lane);
    Four result = {};
    if (at.lane < lanesOf(a))
    {
        uint bits = bytesAt(a, row, at.column, at.channel)[at.lane / 8] >> at.lane % 8;
        for (uint k = 0; k < FOUR; k++)
            result.lanes[k] = at.lane + k < lanesOf(a) && bits >> k & 1 ? 1 : 0;
    }
    return result;
}

// Four lanes of an operand beside those of `like`, whatever its storage; one that is static stands at every timestep of `like`.
DEVICE Four lanesBeside(const Activation &like, const Activation &a, Row row, FourAt at)
{
    if (a.steps == like.steps)
        return a.isBits ? lanesAt<true>(a, row, at) : lanesAt<false>(a, row, at);
    Four result;
    for (uint k = 0; k < FOUR; k++)
    {
        uint sample = (at.lane + k) % (uint)a.blockSamples;
        result.lanes[k] = a.isBits ? bytesAt(a, row, at.column, at.channel)[sample / 8] >> sample % 8 & 1
                                   : floatsAt(a, row, at.column, at.channel)[sample];
    }
    return result;
}

// Whether a lane stands for one of the block's first `used` samples.
DEVICE bool isInUse(const Activation &a, uint lane, uint used)
{
    return lane < lanesOf(a) && (used == (uint)a.blockSamples || lane % (uint)a.blockSamples < used);
}

// The lanes of a word of bits that stand for one of the block's first `used` samples; the word's first lane is `lane`.
template <typename Word> DEVICE Word wordInUse(const Activation &a, uint lane, uint used)
{
    constexpr uint BITS = sizeof(Word) * 8;
    uint count = lanesOf(a) - lane;
    Word mask = (Word)~0u;
    if (count < BITS)
        mask = (Word)((1u << count) - 1);
    if (used < (uint)a.blockSamples)
        for (uint bit = 0; bit < BITS; bit++)
            if ((lane + bit) % (uint)a.blockSamples >= used)
                mask &= (Word)~(1u << bit);
    return mask;
}
