// Weights in the order and precision in which tensor cores take them (products.h): of a dense layer, and of a pruned one by its groups of outputs.
#include "products.h"

struct ProductWeightsArguments
{
    const float *weights; // (outputs, inputs, taps)
    uint *fragments;      // [tile of outputs][tap][step of inputs][part][lane] fragments; zero where there is no weight
    float *scales;        // of each output: what sums are multiplied with, a power of two
    uint outputs;
    uint inputs;
    uint taps;
    uint parts; // 1: a half a weight; 2: another half for what the first leaves
};

// The scale of each output whose weights are those from starts[output] on: the power of two that brings the largest to [2^13, 2^14). Halves
// reach from there 28 powers of two down, and a sum's products stay far from the largest float.
DEVICE void scaleOf(const float *weights, uint count, float *scale)
{
    SHARED static float largest[BLOCK];
    float mine = 0;
    for (uint i = threadX(); i < count; i += BLOCK)
        mine = larger(mine, absolute(weights[i]));
    largest[threadX()] = mine;
    synchroniseBlock();
    for (uint half = BLOCK / 2; half > 0; half /= 2)
    {
        if (threadX() < half)
            largest[threadX()] = larger(largest[threadX()], largest[threadX() + half]);
        synchroniseBlock();
    }
    if (threadX() == 0)
    {
        // With e the exponent as floats store it, 2^(e - 127) ≤ largest < 2^(e - 126): the scale is 2^(e - 127 - 13).
        int exponent = (int)(__builtin_bit_cast(uint, largest[0]) >> 23);
        exponent = larger(smaller(exponent, 254), 14); // layers that are as good as zero keep a scale that is a normal number
        *scale = __builtin_bit_cast(float, (uint)(exponent - 13) << 23);
    }
    synchroniseBlock();
}

// A weight as one half, and what that leaves as another.
DEVICE void split(float scaled, uint half, uint (&parts)[2])
{
    const _Float16 upper = (_Float16)scaled;
    const _Float16 rest = (_Float16)(scaled - (float)upper);
    parts[0] |= (uint)__builtin_bit_cast(unsigned short, upper) << 16 * half;
    parts[1] |= (uint)__builtin_bit_cast(unsigned short, rest) << 16 * half;
}

KERNEL void productScales(ProductWeightsArguments arguments)
{
    const uint count = arguments.inputs * arguments.taps;
    for (uint output = blockX(); output < arguments.outputs; output += gridX())
        scaleOf(arguments.weights + output * count, count, arguments.scales + output);
}

// One thread a lane of a fragment.
KERNEL void productWeights(ProductWeightsArguments arguments)
{
    uint steps = (arguments.inputs + STEP - 1) / STEP;
    uint tiles = (arguments.outputs + TILE - 1) / TILE;
    uint count = tiles * arguments.taps * steps * WARP;
    for (uint item = firstItem(); item < count; item += itemStride())
    {
        uint lane = item % WARP;
        uint step = item / WARP % steps;
        uint tap = item / WARP / steps % arguments.taps;
        uint tile = item / WARP / steps / arguments.taps;
        uint *first = arguments.fragments + ((tile * arguments.taps + tap) * steps + step) * arguments.parts * WARP * 4 + lane * 4;
        for (uint r = 0; r < 4; r++)
        {
            uint output = tile * TILE + lane / 4 + r % 2 * 8;
            uint parts[2] = {0, 0};
            for (uint half = 0; half < 2; half++)
            {
                uint input = step * STEP + lane % 4 * 4 + r / 2 * 2 + half;
                if (output >= arguments.outputs || input >= arguments.inputs)
                    continue;
                split(arguments.weights[(output * arguments.inputs + input) * arguments.taps + tap] / arguments.scales[output], half, parts);
            }
            for (uint part = 0; part < arguments.parts; part++)
                first[part * WARP * 4 + r] = parts[part];
        }
    }
}

struct UnionWeightsArguments
{
    const float *weights; // the existing ones, output by output
    const int *places;    // [group's step][lane][register][half]: which weight, or -1 for none
    const uint *starts;   // of each output the first of its weights, and behind the last their number
    const uint *outputs;  // [group's step][16] channels of the rows of its group
    uint *fragments;      // [group's step][part][lane]
    float *scales;        // of each output
    uint channels;
    uint steps; // of all groups
    uint parts;
};

KERNEL void unionScales(UnionWeightsArguments arguments)
{
    for (uint output = blockX(); output < arguments.channels; output += gridX())
    {
        const uint first = arguments.starts[output];
        scaleOf(arguments.weights + first, arguments.starts[output + 1] - first, arguments.scales + output);
    }
}

// One thread a lane of a fragment.
KERNEL void unionWeights(UnionWeightsArguments arguments)
{
    for (uint item = firstItem(); item < arguments.steps * WARP; item += itemStride())
    {
        const uint lane = item % WARP, step = item / WARP;
        for (uint r = 0; r < 4; r++)
        {
            uint parts[2] = {0, 0};
            for (uint half = 0; half < 2; half++)
            {
                const int place = arguments.places[(item * 4 + r) * 2 + half];
                if (place >= 0)
                    split(arguments.weights[place] / arguments.scales[arguments.outputs[step * TILE + lane / 4 + r % 2 * 8]], half, parts);
            }
            for (uint part = 0; part < arguments.parts; part++)
                arguments.fragments[((step * arguments.parts + part) * WARP + lane) * 4 + r] = parts[part];
        }
    }
}
