// Four neighbouring floats, of which the first's address is a multiple of 16 bytes: as much as a thread reads and writes in one instruction.
#pragma once
#include "device.h"

constexpr uint FOUR = 4;

struct Four
{
    float lanes[FOUR];
};

DEVICE Four readFour(const float *at)
{
    Vector vector = *(const Vector *)at;
    return {{vector.x, vector.y, vector.z, vector.w}};
}

DEVICE void writeFour(float *at, Four four) { *(Vector *)at = Vector{four.lanes[0], four.lanes[1], four.lanes[2], four.lanes[3]}; }
