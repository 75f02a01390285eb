// BatchNorm of a channel as a factor and a shift, once for all kernels that apply it. Normalisation's C# form is NormalisationView.cs.
#pragma once
#include "device.h"

// One float a channel each. Without a scale values are as they are, without a shift they are only scaled.
struct Normalisation
{
    const float *scale;
    const float *shift;
    const float *mean;
    const float *variance;
    float epsilon;
};

struct Affine
{
    float factor;
    float shift;
};

// What BatchNorm gives: the same bits wherever it is computed.
DEVICE float normalised(float value, Affine affine) { return multiplyAdd(value, affine.factor, affine.shift); }

// Of a channel, for every thread of a block: one computes it, in double, of which many cards do little at a time.
DEVICE Affine affineOf(const Normalisation &n, uint channel)
{
    SHARED static Affine shared;
    synchroniseBlock(); // everyone has read the last one
    if (threadX() == 0)
    {
        double factor = n.scale ? n.scale[channel] / squareRoot((double)n.variance[channel] + n.epsilon) : 1;
        shared.factor = (float)factor;
        shared.shift = n.shift ? (float)(n.shift[channel] - n.mean[channel] * factor) : 0;
    }
    synchroniseBlock();
    return shared;
}
