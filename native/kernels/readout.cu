// From scores at every timestep to logits: their mean, and its gradient.
#include "activation.h"

struct ReadoutArguments
{
    Activation scores;
    float *logits; // (sample, class)
    uint samples;
};

// logits = Σ over timesteps of scores / T, summed in double
KERNEL void readout(ReadoutArguments a)
{
    const Activation &x = a.scores;
    for (uint i = firstItem(); i < a.samples * x.channels; i += itemStride())
    {
        uint sample = i % a.samples, category = i / a.samples;
        const float *scores = floatsOf(x, {sample / (uint)x.blockSamples, 0}) + category * x.channelStride + sample % (uint)x.blockSamples;
        double sum = 0;
        for (uint step = 0; step < (uint)x.steps; step++)
            sum += scores[step * x.blockSamples];
        a.logits[sample * x.channels + category] = (float)(sum / x.steps);
    }
}

struct ReadoutGradientArguments
{
    const float *logitGradient; // (sample, class)
    Activation scoreGradient;
    uint rows; // lane blocks in use: the map has one row
    uint samples;
};

// scoreGradient = logitGradient / T at every timestep, and 0 in lanes of no sample in use
KERNEL void readoutGradient(ReadoutGradientArguments a)
{
    const Activation &x = a.scoreGradient;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(x, index);
        uint used = samplesOf(x, row.block, a.samples);
        float *scoreGradient = floatsOf(x, row);
        for (uint i = firstItem(); i < rowLength(x); i += itemStride())
        {
            uint category = i / (uint)x.width, lane = i % (uint)x.width, sample = lane % (uint)x.blockSamples;
            float gradient = 0;
            if (lane < lanesOf(x) && sample < used)
                gradient = a.logitGradient[(row.block * x.blockSamples + sample) * x.channels + category] / x.steps;
            scoreGradient[i] = gradient;
        }
    }
}
