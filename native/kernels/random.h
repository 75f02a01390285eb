// Philox4x32-10 and what is drawn from it: the same draws as Engine/Randomness, which says how elements follow from blocks.
#pragma once
#include "numbers.h"

struct RandomKey
{
    ulong seed;
    ulong stream;
};

struct Words
{
    uint words[4];
};

// 128 bits of (block, stream) under the seed.
DEVICE Words philox(RandomKey key, ulong block)
{
    uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)key.stream, c3 = (uint)(key.stream >> 32);
    uint k0 = (uint)key.seed, k1 = (uint)(key.seed >> 32);
    for (int round = 0; round < 10; round++)
    {
        ulong product0 = 0xD2511F53ull * c0;
        ulong product1 = 0xCD9E8D57ull * c2;
        c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint)product1;
        c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint)product0;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return {{c0, c1, c2, c3}};
}

// The stream number `index` of this one (SplitMix64's finaliser).
DEVICE RandomKey derive(RandomKey key, ulong index)
{
    ulong mixed = key.stream + (index + 1) * 0x9E3779B97F4A7C15ull;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBull;
    return {key.seed, mixed ^ (mixed >> 31)};
}

// A word as a uniform draw, in [0, 1).
DEVICE float toUniform(uint word) { return (word >> 8) * (1.0f / (1 << 24)); }

// Two words as two standard normal draws (Box and Muller), in double and rounded once.
DEVICE void toNormals(uint first, uint second, float &even, float &odd)
{
    constexpr double TO_UNIT = 1.0 / 4294967296.0;
    double radius = squareRoot(-2 * logarithm((first + 1.0) * TO_UNIT));
    double sine, cosine;
    sineAndCosineOfTurns(second * TO_UNIT, sine, cosine);
    even = (float)(radius * cosine);
    odd = (float)(radius * sine);
}

// Element `index` of a uniform stream.
DEVICE float uniform(RandomKey key, ulong index) { return toUniform(philox(key, index / 4).words[index % 4]); }

// Element `index` of a standard normal stream.
DEVICE float normal(RandomKey key, ulong index)
{
    Words block = philox(key, index / 4);
    uint first = index % 4 < 2 ? 0 : 2;
    float even, odd;
    toNormals(block.words[first], block.words[first + 1], even, odd);
    return index % 2 == 0 ? even : odd;
}
