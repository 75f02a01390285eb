// Sums over the threads of a block, in an order that depends on nothing: the same bits on every run and every card.
#pragma once
#include "device.h"

// The sum over a warp, in every thread of it.
DEVICE double warpSum(double value)
{
    for (uint mask = WARP / 2; mask > 0; mask /= 2)
        value += shuffleXor(value, mask);
    return value;
}

// The largest over a warp, in every thread of it.
template <typename T> DEVICE T warpLargest(T value)
{
    for (uint mask = WARP / 2; mask > 0; mask /= 2)
        value = larger(value, shuffleXor(value, mask));
    return value;
}

// The sum over a block of whole warps, BLOCK threads at most, in every thread of it. May be called again at once: it ends with everyone having read.
DEVICE double blockSum(double value)
{
    SHARED static double warps[BLOCK / WARP];
    value = warpSum(value);
    if (threadX() % WARP == 0)
        warps[threadX() / WARP] = value;
    synchroniseBlock();
    double sum = 0;
    for (uint i = 0; i < blockThreads() / WARP; i++)
        sum += warps[i];
    synchroniseBlock();
    return sum;
}

// Leaves a block's sum among those of all blocks, each at its own place: who adds them up does so in their order.
DEVICE void keepPartial(double *partial, double value)
{
    value = blockSum(value);
    if (threadX() == 0)
        partial[blockY() * gridX() + blockX()] = value;
}

// The sum of so many partial sums over a block of BLOCK threads, in every thread of it.
DEVICE double sumPartials(const double *partial, uint count)
{
    double sum = 0;
    for (uint i = threadX(); i < count; i += BLOCK)
        sum += partial[i];
    return blockSum(sum);
}

// The largest over a block of BLOCK threads, in every thread of it.
DEVICE float blockLargest(float value)
{
    SHARED static float warps[BLOCK / WARP];
    value = warpLargest(value);
    if (lane() == 0)
        warps[threadX() / WARP] = value;
    synchroniseBlock();
    float largest = warps[0];
    for (uint i = 1; i < BLOCK / WARP; i++)
        largest = larger(largest, warps[i]);
    synchroniseBlock();
    return largest;
}

// Whether any thread of a block of BLOCK says so, in every thread of it.
DEVICE bool blockAny(bool vote)
{
    SHARED static uint warps[BLOCK / WARP];
    uint votes = ballot(vote);
    if (lane() == 0)
        warps[threadX() / WARP] = votes;
    synchroniseBlock();
    uint all = 0;
    for (uint i = 0; i < BLOCK / WARP; i++)
        all |= warps[i];
    synchroniseBlock();
    return all != 0;
}

// The sum of the values of the threads before this one in a block of BLOCK threads; total becomes that of all.
DEVICE uint blockSumBefore(uint value, uint &total)
{
    SHARED static uint warps[BLOCK / WARP];
    uint sum = value; // with its own
    for (uint distance = 1; distance < WARP; distance *= 2)
    {
        uint left = shuffleUp(sum, distance);
        sum += lane() >= distance ? left : 0;
    }
    if (lane() == WARP - 1)
        warps[threadX() / WARP] = sum;
    synchroniseBlock();
    uint before = sum - value;
    total = 0;
    for (uint i = 0; i < BLOCK / WARP; i++)
    {
        before += i < threadX() / WARP ? warps[i] : 0;
        total += warps[i];
    }
    synchroniseBlock();
    return before;
}
