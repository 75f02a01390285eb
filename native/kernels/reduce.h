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
