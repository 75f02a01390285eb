// Weights of a dense layer in the order and precision in which tensor cores take them (products.h).
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

// The power of two that brings the largest weight of an output to [2^13, 2^14): halves reach from there 28 powers of two down, and a sum's
// products stay far from the largest float.
KERNEL void productScales(ProductWeightsArguments arguments)
{
    uint count = arguments.inputs * arguments.taps;
    for (uint output = blockX(); output < arguments.outputs; output += gridX())
    {
        SHARED static float largest[BLOCK];
        float mine = 0;
        for (uint i = threadX(); i < count; i += BLOCK)
            mine = larger(mine, absolute(arguments.weights[output * count + i]));
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
            // Exponents of floats: 2^(e - 127) ≤ largest < 2^(e - 126), so that 2^(13 - (e - 127)) is the factor and its inverse the scale.
            int exponent = (int)(__builtin_bit_cast(uint, largest[0]) >> 23);
            exponent = larger(smaller(exponent, 254), 14); // tiny layers and such as are zero keep a scale that is a normal number
            arguments.scales[output] = __builtin_bit_cast(float, (uint)(exponent - 13) << 23);
        }
        synchroniseBlock();
    }
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
                float scaled = arguments.weights[(output * arguments.inputs + input) * arguments.taps + tap] / arguments.scales[output];
                _Float16 upper = (_Float16)scaled;
                _Float16 rest = (_Float16)(scaled - (float)upper);
                parts[0] |= (uint)__builtin_bit_cast(unsigned short, upper) << 16 * half;
                parts[1] |= (uint)__builtin_bit_cast(unsigned short, rest) << 16 * half;
            }
            for (uint part = 0; part < arguments.parts; part++)
                first[part * WARP * 4 + r] = parts[part];
        }
    }
}
