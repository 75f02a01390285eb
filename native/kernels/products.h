// Products on tensor cores (PTX: mma.sync), with spikes that are bits as one of the factors.
#pragma once
#include "device.h"

// The fragments of a product of 16 × 16 by 16 × 8 in half precision, summed in single: what each thread of a warp has of them. With
// g = lane / 4 and q = lane % 4, halves with the lower index in the lower half of a register:
//   weights: (row g, k 2q, 2q+1), (row g+8, the same k), (row g, k 2q+8, 2q+9), (row g+8, the same k)
//   spikes:  (k 2q, 2q+1, column g), (k 2q+8, 2q+9, column g)
//   sums:    (row g, column 2q), (row g, column 2q+1), (row g+8, column 2q), (row g+8, column 2q+1)
// The order of k is the program's choice where both factors have the same: here a thread's four are neighbours, input 4q + i of a step of 16
// is at k 2q, 2q+1, 2q+8, 2q+9 for i = 0 to 3.
constexpr uint STEP = 16;  // k of one product
constexpr uint TILE = 16;  // rows of one product
constexpr uint OCTET = 8;  // columns of one product: samples

struct alignas(16) Fragment // read by one instruction
{
    uint halves[4];
};

struct Sums
{
    float values[4];
};

// A thread's part of the spikes of one product.
struct Spikes
{
    uint halves[2];
};

DEVICE void multiplyAdd(Sums &sums, const Fragment &weights, const Spikes &spikes)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums.values[0]), "+f"(sums.values[1]), "+f"(sums.values[2]), "+f"(sums.values[3])
        : "r"(weights.halves[0]), "r"(weights.halves[1]), "r"(weights.halves[2]), "r"(weights.halves[3]), "r"(spikes.halves[0]), "r"(spikes.halves[1]));
}

// Bit `shift` of the lower and of the upper half of a word as two halves that are 0 or 1.
DEVICE uint halvesOfBits(uint pair, uint shift) { return ((pair >> shift) & 0x00010001) * 0x3C00; }

// A thread's part of the spikes of one timestep, from the words of its four inputs: byte `step` of a word has the timestep, bit g of it the
// thread's sample.
DEVICE Spikes spikesOf(const uint (&inputs)[4], uint step, uint g)
{
    const uint shift = step % 2 * 8 + g;
    return step < 2 ? Spikes{{halvesOfBits((inputs[0] & 0xFFFF) | inputs[1] << 16, shift), halvesOfBits((inputs[2] & 0xFFFF) | inputs[3] << 16, shift)}}
        : Spikes{{halvesOfBits(inputs[0] >> 16 | (inputs[1] & 0xFFFF0000), shift), halvesOfBits(inputs[2] >> 16 | (inputs[3] & 0xFFFF0000), shift)}};
}
