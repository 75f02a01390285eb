// Neurons backward: through time with a surrogate or with slopes that are given, or by means over the steps.
#include "backward.h"
#include "reduce.h"

struct NeuronGradientArguments
{
    Activation membrane; // u before the reset
    Activation slopes;   // ds/du; no data where the surrogate gives it
    Activation spikeGradient;
    Activation currentGradient; // with one step where the current is static; may be the slopes or the spikes' gradient
    Thresholds thresholds;
    NeuronRule rule;
    Surrogate surrogate;
    RateSlope rateSlope;
    ChannelWalk walk;
    int path; // NeuronPath
    int accumulate;
    double *thresholdSums; // dL/dv_th of each row and channel; null where it is not wanted
};

DEVICE CurrentGradient<false> targetAt(const NeuronGradientArguments &a, Row row, uint column, uint channel, uint sample)
{
    return {.steps = stepsAt(a.currentGradient, row, column, channel, sample),
        .isStatic = a.currentGradient.steps == 1,
        .accumulate = a.accumulate != 0};
}

// Calls back(row, column, channel, sample) for every neuron in use, which returns its dL/dv_th, and sets to 0 what has to be in the rest of
// the currents' gradient.
template <typename Back> DEVICE void forNeurons(const NeuronGradientArguments &a, Back back)
{
    uint channel = blockX();
    float v = thresholdOf(a.thresholds, channel);
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.membrane, index);
        uint used = samplesOf(a.membrane, row.block, a.walk.samples);
        double sum = 0;
        for (uint column = groupOfThread(a.walk); column < (uint)a.membrane.columns; column += groupCount(a.walk))
        {
            float *lanes = lanesAt(a.currentGradient, row, column, channel);
            for (uint sample = threadOfGroup(a.walk); sample < (uint)a.membrane.blockSamples; sample += groupThreads(a.walk))
            {
                if (sample < used)
                    sum += back(row, column, channel, sample, v);
                else
                    clearSample(a.currentGradient, lanes, sample);
                clearSpare(a.currentGradient, lanes, sample);
            }
        }
        if (a.thresholdSums)
        {
            sum = blockSum(sum);
            if (threadX() == 0)
                a.thresholdSums[(ulong)index * a.membrane.channels + channel] = sum;
        }
    }
}

KERNEL void neuronGradient(NeuronGradientArguments a)
{
    forNeurons(a,
        [&](Row row, uint column, uint channel, uint sample, float v)
        {
            CurrentGradient<false> to = targetAt(a, row, column, channel, sample);
            return backThroughTime(a.rule, a.surrogate, stepsAt(a.membrane, row, column, channel, sample), Steps{nullptr, 0},
                stepsAt(a.spikeGradient, row, column, channel, sample), v, a.membrane.steps, to);
        });
}

KERNEL void neuronSlopeGradient(NeuronGradientArguments a)
{
    forNeurons(a,
        [&](Row row, uint column, uint channel, uint sample, float v)
        {
            CurrentGradient<false> to = targetAt(a, row, column, channel, sample);
            return backThroughTime(a.rule, a.surrogate, stepsAt(a.membrane, row, column, channel, sample),
                stepsAt(a.slopes, row, column, channel, sample), stepsAt(a.spikeGradient, row, column, channel, sample), v, a.membrane.steps, to);
        });
}

KERNEL void neuronMeanGradient(NeuronGradientArguments a)
{
    forNeurons(a,
        [&](Row row, uint column, uint channel, uint sample, float v)
        {
            CurrentGradient<false> to = targetAt(a, row, column, channel, sample);
            backByMeans(a.rule, a.rateSlope, a.path, KeptMembranes{stepsAt(a.membrane, row, column, channel, sample)},
                stepsAt(a.spikeGradient, row, column, channel, sample), v, a.membrane.steps, to);
            return 0.0f;
        });
}

struct ThresholdSumsArguments
{
    const double *sums; // of each row and channel
    float *gradient;
    uint rows;
    uint channels;
};

// A threshold for all channels: one block of threads adds up everything.
KERNEL void addThresholdSums(ThresholdSumsArguments a)
{
    double sum = 0;
    for (ulong i = threadX(); i < (ulong)a.rows * a.channels; i += blockThreads())
        sum += a.sums[i];
    sum = blockSum(sum);
    if (threadX() == 0)
        *a.gradient += (float)sum;
}

// A threshold a channel: a thread adds up its rows.
KERNEL void addChannelThresholdSums(ThresholdSumsArguments a)
{
    for (uint channel = firstItem(); channel < a.channels; channel += itemStride())
    {
        double sum = 0;
        for (uint row = 0; row < a.rows; row++)
            sum += a.sums[(ulong)row * a.channels + channel];
        a.gradient[channel] += (float)sum;
    }
}
