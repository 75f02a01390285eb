// The first of the largest values that are looked at one after the other, in four lanes at once.
#pragma once
#include "lanes.h"

struct Largest
{
    Four values;
    uint first[FOUR]; // number of the value
};

DEVICE Largest nothingYet()
{
    Largest largest;
    for (uint k = 0; k < FOUR; k++)
    {
        largest.values.lanes[k] = -__builtin_inff();
        largest.first[k] = 0;
    }
    return largest;
}

// Value number `number`, from 0. NaN is larger than all before it, and nothing but NaN is larger than it.
DEVICE void compare(Largest &largest, Four values, uint number)
{
    for (uint k = 0; k < FOUR; k++)
        if (values.lanes[k] > largest.values.lanes[k] || isNaN(values.lanes[k]))
        {
            largest.values.lanes[k] = values.lanes[k];
            largest.first[k] = number;
        }
}
