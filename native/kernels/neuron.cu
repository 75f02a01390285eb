// Neurons forward, with or without BatchNorm before them: spikes as floats, or as bits in every layout that BitLayout.cs has.
#include "neuron.h"

struct NeuronArguments
{
    Activation input; // currents, or what BatchNorm makes them of; with one step where they are static
    Activation membrane; // receives u before the reset; no data where it is not kept
    Activation spikes;
    Normalisation normalisation;
    Thresholds thresholds;
    NeuronRule rule;
    ChannelWalk walk;
    uint *padded; // where words of bits go whose steps do not begin at words in the spikes; null where they do
};

// All timesteps of one neuron; emit(t, s) takes its spikes. Neurons of samples that are not in use do not fire, whatever they read. Every
// thread of a warp gets here, and takes the same way through it.
template <typename Emit>
DEVICE void fire(const NeuronArguments &a, Affine affine, float v, Steps input, Steps membrane, bool isUsed, Emit emit)
{
    uint steps = a.spikes.steps;
    float u = 0;
    for (uint start = 0; start < steps; start += TILE)
    {
        float x[TILE];
        loadSteps(input, start, steps, x);
#pragma unroll
        for (uint i = 0; i < TILE; i++)
        {
            if (start + i >= steps)
                break;
            u = charge(a.rule, u, normalised(x[i], affine));
            if (membrane.first)
                store(membrane, start + i, u);
            emit(start + i, isUsed && fires(u, v));
            u = reset(a.rule, u, v);
        }
    }
}

DEVICE Steps membraneAt(const NeuronArguments &a, Row row, uint column, uint channel, uint sample)
{
    return a.membrane.data ? stepsAt(a.membrane, row, column, channel, sample) : Steps{nullptr, 0};
}

DEVICE void clearSpareMembranes(const NeuronArguments &a, Row row, uint column, uint channel, uint sample)
{
    if (a.membrane.data)
        clearSpare(a.membrane, lanesAt(a.membrane, row, column, channel), sample);
}

// Spikes as floats.
KERNEL void neuronFloats(NeuronArguments a)
{
    uint channel = blockX();
    Affine affine = affineOf(a.normalisation, channel);
    float v = thresholdOf(a.thresholds, channel);
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.spikes, index);
        uint used = samplesOf(a.spikes, row.block, a.walk.samples);
        for (uint column = groupOfThread(a.walk); column < (uint)a.spikes.columns; column += groupCount(a.walk))
        {
            float *lanes = lanesAt(a.spikes, row, column, channel);
            for (uint sample = threadOfGroup(a.walk); sample < (uint)a.spikes.blockSamples; sample += groupThreads(a.walk))
            {
                Steps spikes = stepsAt(a.spikes, row, column, channel, sample);
                fire(a, affine, v, stepsAt(a.input, row, column, channel, sample), membraneAt(a, row, column, channel, sample), sample < used,
                    [=](uint step, bool spike) { store(spikes, step, spike ? 1 : 0); });
                clearSpare(a.spikes, lanes, sample);
                clearSpareMembranes(a, row, column, channel, sample);
            }
        }
    }
}

// Bytes of a channel's bits at a column.
DEVICE byte *bitsAt(const Activation &spikes, Row row, uint column, uint channel)
{
    return bytesOf(spikes, row) + channel * spikes.channelStride + column * spikes.columnStride;
}

// Spikes as bits, of blocks of 32 samples or more: the warp of 32 neighbouring samples votes a word a step. Where a step has no whole number of
// words, they go to memory where it has, and packWords puts them together.
KERNEL void neuronWords(NeuronArguments a)
{
    uint channel = blockX();
    Affine affine = affineOf(a.normalisation, channel);
    float v = thresholdOf(a.thresholds, channel);
    uint samples = a.spikes.blockSamples;
    uint stepWords = (samples + WARP - 1) / WARP;
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.spikes, index);
        uint used = samplesOf(a.spikes, row.block, a.walk.samples);
        for (uint column = groupOfThread(a.walk); column < (uint)a.spikes.columns; column += groupCount(a.walk))
        {
            ulong position = ((ulong)index * a.spikes.columns + column) * a.spikes.channels + channel;
            uint *words = a.padded ? a.padded + position * a.spikes.steps * stepWords : (uint *)bitsAt(a.spikes, row, column, channel);
            for (uint sample = threadOfGroup(a.walk); sample < stepWords * WARP; sample += groupThreads(a.walk))
            {
                bool isThere = sample < samples;
                uint *word = words + sample / WARP;
                fire(a, affine, v, stepsAt(a.input, row, column, channel, smaller(sample, samples - 1)),
                    isThere ? membraneAt(a, row, column, channel, sample) : Steps{nullptr, 0}, sample < used,
                    [=](uint step, bool spike)
                    {
                        uint spikes = ballot(spike);
                        if (sample % WARP == 0)
                            word[step * stepWords] = spikes;
                    });
                if (isThere)
                    clearSpareMembranes(a, row, column, channel, sample);
            }
        }
    }
}

// Spikes as bits, of blocks of fewer than 32 samples: a warp votes for several columns at once, and the first thread of each strings the
// bits of its steps together.
KERNEL void neuronStrings(NeuronArguments a)
{
    uint channel = blockX();
    Affine affine = affineOf(a.normalisation, channel);
    float v = thresholdOf(a.thresholds, channel);
    uint samples = a.spikes.blockSamples;
    uint sample = threadOfGroup(a.walk);
    uint firstOfGroup = threadX() % WARP - sample;
    uint columns = a.spikes.columns;
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.spikes, index);
        uint used = samplesOf(a.spikes, row.block, a.walk.samples);
        for (uint firstColumn = 0; firstColumn < columns; firstColumn += groupCount(a.walk))
        {
            uint column = firstColumn + groupOfThread(a.walk);
            bool isThere = column < columns && sample < samples;
            bool isWriter = column < columns && sample == 0;
            byte *bits = bitsAt(a.spikes, row, column, channel);
            uint *word = (uint *)bits;
            ulong string = 0;
            uint length = 0;
            fire(a, affine, v, stepsAt(a.input, row, smaller(column, columns - 1), channel, smaller(sample, samples - 1)),
                isThere ? membraneAt(a, row, column, channel, sample) : Steps{nullptr, 0}, isThere && sample < used,
                [&](uint, bool spike)
                {
                    uint spikes = ballot(spike) >> firstOfGroup & ((1u << samples) - 1);
                    string |= (ulong)spikes << length;
                    length += samples;
                    if (length >= WARP)
                    {
                        if (isWriter)
                            *word++ = (uint)string;
                        string >>= WARP;
                        length -= WARP;
                    }
                });
            if (isThere)
                clearSpareMembranes(a, row, column, channel, sample);
            if (!isWriter)
                continue;
            if (a.spikes.columnStride == 1)
                *bits = (byte)string;
            else if (a.spikes.columnStride == 2)
                *(unsigned short *)bits = (unsigned short)string;
            else if (length > 0)
                *word = (uint)string;
        }
    }
}

struct PackWordsArguments
{
    const uint *padded; // every step of a position begins at a word
    Activation spikes;
    uint rows;
};

// Bits whose steps begin at words, one behind the other: a thread makes a word.
KERNEL void packWords(PackWordsArguments a)
{
    uint steps = a.spikes.steps;
    uint samples = a.spikes.blockSamples;
    uint stepWords = (samples + WARP - 1) / WARP;
    uint positionWords = a.spikes.columnStride / sizeof(uint);
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.spikes, index);
        for (uint item = firstItem(); item < (uint)a.spikes.channels * a.spikes.columns * positionWords; item += itemStride())
        {
            uint number = item % positionWords;
            uint column = item / positionWords % a.spikes.columns;
            uint channel = item / positionWords / a.spikes.columns;
            const uint *from = a.padded + (((ulong)index * a.spikes.columns + column) * a.spikes.channels + channel) * steps * stepWords;
            uint step = number * WARP / samples;
            uint sample = number * WARP % samples;
            uint word = 0;
            for (uint length = 0; length < WARP && step < steps;)
            {
                uint count = smaller(smaller(WARP - length, samples - sample), WARP - sample % WARP);
                uint spikes = from[step * stepWords + sample / WARP] >> sample % WARP; // what is behind the samples is 0
                word |= spikes << length;                                              // and what is behind the word falls off
                length += count;
                sample += count;
                if (sample == samples)
                {
                    step++;
                    sample = 0;
                }
            }
            ((uint *)bitsAt(a.spikes, row, column, channel))[number] = word;
        }
    }
}
