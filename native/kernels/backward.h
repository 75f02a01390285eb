// Gradients backward through a neuron's timesteps, whoever has its membranes: through time, and by means over the steps.
#pragma once
#include "neuron.h"

// Where one neuron's dL/dI goes: times a slope, over or to what is there, or with what BatchNorm's gradient sums of it. A static current gets the
// sum over its timesteps.
template <bool SUMS> struct CurrentGradient
{
    Steps steps;
    bool isStatic;
    bool accumulate;
    float slope = 1;
    Steps input = {}; // BatchNorm's input and its channel's mean, for the sums
    float mean = 0;
    float staticSum = 0;
    float sum = 0;     // Σ d
    float product = 0; // Σ d·(x - mean)
};

template <bool SUMS> DEVICE void write(CurrentGradient<SUMS> &to, uint step, float d)
{
    if constexpr (SUMS)
    {
        to.sum += d;
        to.product = multiplyAdd(d, load(to.input, step) - to.mean, to.product);
        store(to.steps, step, d);
    }
    else
        store(to.steps, step, multiplyAdd(d, to.slope, to.accumulate ? load(to.steps, step) : 0));
}

template <bool SUMS> DEVICE void put(CurrentGradient<SUMS> &to, uint step, float d)
{
    if (to.isStatic)
        to.staticSum += d;
    else
        write(to, step, d);
}

// To be called once every step has been put.
template <bool SUMS> DEVICE void finish(CurrentGradient<SUMS> &to)
{
    if (to.isStatic)
        write(to, 0, to.staticSum);
}

// COUNT timesteps back, those before `steps` of them; h is ds/du.
template <uint COUNT, bool SUMS>
DEVICE void stepsBack(NeuronRule rule, const float (&u)[COUNT], const float (&h)[COUNT], const float (&spikeGradient)[COUNT], float v, uint start,
    uint steps, CurrentGradient<SUMS> &to, float &after, float &thresholdSum)
{
#pragma unroll
    for (int i = COUNT - 1; i >= 0; i--)
        if (start + i < steps)
            put(to, start + i, stepBack(rule, u[i], h[i], spikeGradient[i], v, after, thresholdSum));
}

// All timesteps back, of membranes in memory; slopes are ds/du where they are given, and without data where a surrogate has them. Returns dL/dv.
template <bool SUMS>
DEVICE float backThroughTime(
    NeuronRule rule, const Surrogate &surrogate, Steps membranes, Steps slopes, Steps spikeGradient, float v, uint steps, CurrentGradient<SUMS> &to)
{
    float after = 0;
    float thresholdSum = 0;
    for (int start = (steps - 1) / TILE * TILE; start >= 0; start -= TILE)
    {
        float u[TILE], h[TILE], ds[TILE];
        loadSteps(membranes, start, steps, u);
        loadSteps(spikeGradient, start, steps, ds);
        if (slopes.first)
            loadSteps(slopes, start, steps, h);
        else
            derivatives(surrogate, u, v, h);
        stepsBack(rule, u, h, ds, v, start, steps, to, after, thresholdSum);
    }
    finish(to);
    return thresholdSum;
}

// Ways back by what a neuron did over all its steps, numbered as NeuronPath.cs has them; 0 is the way through time.
enum MeanPath
{
    RATE = 1,         // dL/ds[t] goes on where the neuron fired in any step
    MEAN_CURRENT = 2, // times a slope of the mean current (RateSlope)
    MEAN_GRADIENT = 3 // each step through a triangle as wide as v_th on both sides, then every step gets the mean
};

struct RateSlope
{
    float damping;    // of mean currents that a leak keeps below the threshold
    float firing;     // of those that reach it
    float saturation; // above it the rate does not change; in units of v_th
};

// ds̄/dĪ at the mean current in units of v_th.
DEVICE float slopeOf(RateSlope slopes, float mean, float leak, float v)
{
    return !(mean >= 0 && mean <= slopes.saturation) ? 0 : (mean < 1 - leak ? slopes.damping : slopes.firing) / v;
}

template <typename Membranes, bool SUMS>
DEVICE void backByMeans(NeuronRule rule, RateSlope slopes, int path, Membranes membranes, Steps spikeGradient, float v, uint steps, CurrentGradient<SUMS> &to)
{
    float unit = 1 / v;
    float after = 0; // u' of the step before
    float total = 0; // of currents, or of gradients
    bool fired = false;
    for (uint t = 0; t < steps; t++)
    {
        float u = next(membranes, t);
        fired = fired || fires(u, v);
        if (path == MEAN_CURRENT)
        {
            total += u - rule.leak * after;
            after = reset(rule, u, v);
        }
        else if (path == MEAN_GRADIENT)
            total += load(spikeGradient, t) * triangle((u - v) * unit, 1);
    }
    float mean = path == MEAN_CURRENT ? total / (steps * v) : total * unit / steps;
    float slope = slopeOf(slopes, mean, rule.leak, v);
    for (uint t = 0; t < steps; t++)
    {
        float d = mean;
        if (path == RATE)
            d = fired ? load(spikeGradient, t) : 0;
        else if (path == MEAN_CURRENT)
            d = load(spikeGradient, t) * slope;
        put(to, t, d);
    }
    finish(to);
}
