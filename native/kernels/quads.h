// Four lanes at a time: a lane block's width is a multiple of 16 floats, and its memory is aligned accordingly.
#pragma once
#include "device.h"

constexpr uint QUAD = 4;

struct Quad
{
    float lanes[QUAD];
};

// What one instruction loads or stores.
#ifdef __clang__
typedef float Vector __attribute__((ext_vector_type(4)));
#else
typedef float4 Vector;
#endif

DEVICE Quad loadQuad(const float *address)
{
    Vector vector = *(const Vector *)address;
    return {{vector.x, vector.y, vector.z, vector.w}};
}

DEVICE void storeQuad(float *address, Quad quad)
{
    *(Vector *)address = Vector{quad.lanes[0], quad.lanes[1], quad.lanes[2], quad.lanes[3]};
}
