// BatchNorm and neuron in one, backward: membranes are made anew from BatchNorm's input, in registers where the timesteps are few.
#pragma once
#include "backward.h"
#include "reduce.h"

struct NormNeuronGradientArguments
{
    Activation input; // BatchNorm's; with one step where it is static
    Activation spikeGradient;
    Activation target; // of the input's steps: receives dL/dI times BatchNorm's factor or, for its sums, as it is
    Normalisation normalisation;
    Thresholds thresholds;
    NeuronRule rule;
    Surrogate surrogate;
    RateSlope rateSlope;
    ChannelWalk walk;
    int path; // NeuronPath
    int accumulate;
    double *sums;          // Σ d and Σ d·(x - mean) of each row and channel, where they are asked for
    double *thresholdSums; // dL/dv_th likewise; null where it is not wanted
    float *membranes;      // a float a thread of the launch and timestep, where registers do not hold them
};

// Calls back(membranes, spikeGradient, v, to) for every neuron in use, which returns its dL/dv_th, and sets to 0 what has to be in the rest
// of the target. Blocks of threads may be fewer than channels.
template <bool SUMS, typename Back> DEVICE void forNeurons(const NormNeuronGradientArguments &a, Back back)
{
    bool isStatic = a.input.steps == 1;
    for (uint channel = blockX(); channel < (uint)a.input.channels; channel += gridX())
    {
        Affine affine = affineOf(a.normalisation, channel);
        float v = thresholdOf(a.thresholds, channel);
        for (uint index = blockY(); index < a.walk.rows; index += gridY())
        {
            Row row = rowOf(a.input, index);
            uint used = samplesOf(a.input, row.block, a.walk.samples);
            double sum = 0, product = 0, thresholdSum = 0;
            for (uint column = groupOfThread(a.walk); column < (uint)a.input.columns; column += groupCount(a.walk))
            {
                float *lanes = lanesAt(a.target, row, column, channel);
                for (uint sample = threadOfGroup(a.walk); sample < (uint)a.input.blockSamples; sample += groupThreads(a.walk))
                {
                    if (sample < used)
                    {
                        Steps input = stepsAt(a.input, row, column, channel, sample);
                        CurrentGradient<SUMS> to = {.steps = stepsAt(a.target, row, column, channel, sample),
                            .isStatic = isStatic,
                            .accumulate = a.accumulate != 0,
                            .slope = affine.factor,
                            .input = input,
                            .mean = SUMS ? a.normalisation.mean[channel] : 0};
                        thresholdSum += back(RemadeMembranes{a.rule, input, affine, v, 0}, stepsAt(a.spikeGradient, row, column, channel, sample), v, to);
                        sum += to.sum;
                        product += to.product;
                    }
                    else
                        clearSample(a.target, lanes, sample);
                    clearSpare(a.target, lanes, sample);
                }
            }
            ulong place = (ulong)index * a.input.channels + channel;
            if constexpr (SUMS)
            {
                sum = blockSum(sum);
                product = blockSum(product);
                if (threadX() == 0)
                {
                    a.sums[2 * place] = sum;
                    a.sums[2 * place + 1] = product;
                }
            }
            if (a.thresholdSums)
            {
                thresholdSum = blockSum(thresholdSum);
                if (threadX() == 0)
                    a.thresholdSums[place] = thresholdSum;
            }
        }
    }
}

// Up to MOST timesteps: all reads are under way at once.
template <uint MOST, bool SUMS> DEVICE void inRegisters(const NormNeuronGradientArguments &a)
{
    uint steps = a.spikeGradient.steps;
    forNeurons<SUMS>(a,
        [&](RemadeMembranes membranes, Steps spikeGradient, float v, CurrentGradient<SUMS> &to)
        {
            float x[MOST], u[MOST], h[MOST], ds[MOST];
            loadSteps(spikeGradient, 0, steps, ds);
            loadSteps(membranes.input, 0, steps, x);
#pragma unroll
            for (uint t = 0; t < MOST; t++)
                u[t] = advance(membranes, x[t]);
            derivatives(a.surrogate, u, v, h);
            float after = 0;
            float thresholdSum = 0;
            stepsBack(a.rule, u, h, ds, v, 0, steps, to, after, thresholdSum);
            finish(to);
            return thresholdSum;
        });
}

// Any number of timesteps.
template <bool SUMS> DEVICE void throughMemory(const NormNeuronGradientArguments &a)
{
    uint steps = a.spikeGradient.steps;
    uint thread = (blockY() * gridX() + blockX()) * blockThreads() + threadX();
    Steps kept = {a.membranes + thread, gridX() * gridY() * blockThreads()};
    forNeurons<SUMS>(a,
        [&](RemadeMembranes membranes, Steps spikeGradient, float v, CurrentGradient<SUMS> &to)
        {
            for (uint t = 0; t < steps; t++)
                store(kept, t, next(membranes, t));
            return backThroughTime(a.rule, a.surrogate, kept, Steps{nullptr, 0}, spikeGradient, v, steps, to);
        });
}

template <bool SUMS> DEVICE void byMeans(const NormNeuronGradientArguments &a)
{
    forNeurons<SUMS>(a,
        [&](RemadeMembranes membranes, Steps spikeGradient, float v, CurrentGradient<SUMS> &to)
        {
            backByMeans(a.rule, a.rateSlope, a.path, membranes, spikeGradient, v, a.spikeGradient.steps, to);
            return 0.0f;
        });
}
