// A sample's logits, one a class, of which a warp looks for the largest.
#pragma once
#include "reduce.h"

constexpr uint NO_CLASS = 0xFFFFFFFF;

// A number that is larger for the larger logit and, of equals, for the first class. NaN is below all, and 0 is no class's.
DEVICE ulong rankOf(float logit, uint index)
{
    uint bits = __builtin_bit_cast(uint, logit + 0.0f); // −0 becomes 0
    uint key = isNaN(logit) ? 0 : bits & 0x80000000 ? ~bits : bits | 0x80000000;
    return (ulong)key << 32 | ~index;
}

// The class of the largest logit, the first of equals, of those that are none of the three named. In every thread of a warp, by all of it.
DEVICE uint largestClass(const float *logits, uint classes, uint first = NO_CLASS, uint second = NO_CLASS, uint third = NO_CLASS)
{
    ulong best = 0;
    for (uint k = lane(); k < classes; k += WARP)
        if (k != first && k != second && k != third)
            best = larger(best, rankOf(logits[k], k));
    return ~(uint)warpLargest(best);
}
