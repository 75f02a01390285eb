// The neuron's equation (METHODS 1) and its derivative, and the surrogates, once for every kernel. A step charges the membrane,
// u = leak·u + I, fires where u ≥ v_th, and resets it to u'; u'[t] enters u[t + 1]. NeuronArguments.cs has the structs' fields.
#pragma once
#include "channel.h"
#include "normalisation.h"
#include "numbers.h"

// Timesteps whose values are read before the first of them is needed, so that several reads are under way at once.
constexpr uint TILE = 8;

// COUNT timesteps from `start` on; those that are not among the first `steps` are 0. Without a branch where all are.
template <uint COUNT> DEVICE void loadSteps(Steps from, uint start, uint steps, float (&values)[COUNT])
{
    if (start + COUNT <= steps)
    {
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            values[i] = load(from, start + i);
    }
    else
    {
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            values[i] = start + i < steps ? load(from, start + i) : 0;
    }
}

struct NeuronRule
{
    float leak;
    int isSoft; // whether the reset takes v_th off; a hard one sets to 0
};

// v_th: one for all channels, with a stride of 0, or one a channel.
struct Thresholds
{
    const float *values;
    int stride;
};

DEVICE float thresholdOf(const Thresholds &thresholds, uint channel) { return thresholds.values[channel * thresholds.stride]; }

// u[t] of u'[t - 1] and the current.
DEVICE float charge(NeuronRule rule, float u, float current) { return rule.leak * u + current; }

DEVICE bool fires(float u, float v) { return u >= v; }

// u' of u: 0 after a hard reset whatever u was.
DEVICE float reset(NeuronRule rule, float u, float v) { return !fires(u, v) ? u : rule.isSoft ? u - v : 0; }

// One step back. With h for the surrogate's ds/dz, ds/du = h and ds/dv = -h.
// Hard: u' = (1 - s)·u, du'/du = (1 - s) - u·h, du'/dv = u·h. Soft: u' = u - s·v, du'/du = 1 - v·h, du'/dv = v·h - s.
// `after` is dL/du' of this step, and on return of the one before; dL/dv is added to thresholdSum. Returns dL/du, which is dL/dI.
DEVICE float stepBack(NeuronRule rule, float u, float h, float spikeGradient, float v, float &after, float &thresholdSum)
{
    float spike = fires(u, v) ? 1 : 0;
    float moved = (rule.isSoft ? v : u) * h;
    float byMembrane = (rule.isSoft ? 1 : 1 - spike) - moved;
    float byThreshold = moved - (rule.isSoft ? spike : 0);
    float bySpike = h * spikeGradient;
    float du = bySpike + after * byMembrane;
    thresholdSum += after * byThreshold - bySpike;
    after = rule.leak * du;
    return du;
}

enum SurrogateKind
{
    PIECEWISE_LINEAR,
    EXPONENTIAL,
    RECTANGULAR,
    STRAIGHT_THROUGH,
};

struct Surrogate
{
    int kind;
    float width;
    float height; // 1/width² of the piecewise linear one, the value at 0 of the others
};

// max(0, width - |z|), and NaN of NaN.
DEVICE float triangle(float z, float width) { return absolute(z) > width ? 0 : width - absolute(z); }

// h = ds/dz of z = u - v_th, of COUNT membranes: which surrogate it is, is asked once.
template <uint COUNT> DEVICE void derivatives(const Surrogate &surrogate, const float (&u)[COUNT], float v, float (&h)[COUNT])
{
    switch (surrogate.kind)
    {
    case PIECEWISE_LINEAR:
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            h[i] = triangle(u[i] - v, surrogate.width) * surrogate.height;
        break;
    case EXPONENTIAL:
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            h[i] = exponential(absolute(u[i] - v) * -surrogate.width) * surrogate.height;
        break;
    case RECTANGULAR:
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            h[i] = absolute(u[i] - v) < surrogate.width / 2 ? surrogate.height : 0;
        break;
    default:
#pragma unroll
        for (uint i = 0; i < COUNT; i++)
            h[i] = 1;
    }
}

// Membranes before the reset, one step after another, made anew from what BatchNorm reads.
struct RemadeMembranes
{
    NeuronRule rule;
    Steps input;
    Affine affine;
    float v;
    float after; // u' of the step before
};

// The next membrane, of what BatchNorm reads.
DEVICE float advance(RemadeMembranes &membranes, float x)
{
    float u = charge(membranes.rule, membranes.after, normalised(x, membranes.affine));
    membranes.after = reset(membranes.rule, u, membranes.v);
    return u;
}

DEVICE float next(RemadeMembranes &membranes, uint step) { return advance(membranes, load(membranes.input, step)); }

// Membranes that the forward pass has kept.
struct KeptMembranes
{
    Steps steps;
};

DEVICE float next(KeptMembranes &membranes, uint step) { return load(membranes.steps, step); }
