// Random fills and dropout: each draw follows from the stream's key and the draw's number alone (random.h).
#include "random.h"
#include "lanes.h"

// Draws 4·block to 4·block + 3 of a stream, to where draw 0 is; those from `count` on are not there.
template <bool NORMAL> DEVICE void draw(RandomKey key, ulong block, float *target, ulong count)
{
    Words words = philox(key, block);
    float draws[4];
    for (uint k = 0; k < 4; k += 2)
    {
        if (NORMAL)
            toNormals(words.words[k], words.words[k + 1], draws[k], draws[k + 1]);
        else
        {
            draws[k] = toUniform(words.words[k]);
            draws[k + 1] = toUniform(words.words[k + 1]);
        }
    }
    for (uint k = 0; k < 4; k++)
        if (4 * block + k < count)
            target[4 * block + k] = draws[k];
}

struct RandomFillArguments
{
    float *target;
    ulong count;
    RandomKey key;
};

template <bool NORMAL> DEVICE void fill(RandomFillArguments a)
{
    for (ulong block = firstItem(); block < (a.count + 3) / 4; block += itemStride())
        draw<NORMAL>(a.key, block, a.target, a.count);
}

// target[i] = draw i
KERNEL void randomFillUniform(RandomFillArguments arguments) { fill<false>(arguments); }

KERNEL void randomFillNormal(RandomFillArguments arguments) { fill<true>(arguments); }

struct RandomFillSamplesArguments
{
    float *target;
    const int *numbers; // each sample's in its data set
    ulong length;       // of a sample
    RandomKey key;
    uint samples;
};

template <bool NORMAL> DEVICE void fillSamples(RandomFillSamplesArguments a)
{
    for (uint sample = blockY(); sample < a.samples; sample += gridY())
    {
        RandomKey own = derive(a.key, (ulong)(long long)a.numbers[sample]);
        for (ulong block = firstItem(); block < (a.length + 3) / 4; block += itemStride())
            draw<NORMAL>(own, block, a.target + sample * a.length, a.length);
    }
}

// target[sample, i] = draw i of the sample's own stream
KERNEL void randomFillSamplesUniform(RandomFillSamplesArguments arguments) { fillSamples<false>(arguments); }

KERNEL void randomFillSamplesNormal(RandomFillSamplesArguments arguments) { fillSamples<true>(arguments); }

struct DropoutArguments
{
    Activation values;
    const int *numbers; // each sample's in its data set
    RandomKey key;
    float rate;
    float scale; // 1 / (1 − rate)
    uint rows;
    uint samples;
};

// values = scale·values where the uniform draw step·neurons + neuron of the sample's stream is at least `rate`, else 0. Lanes of no sample in
// use stay as they are.
KERNEL void dropout(DropoutArguments a)
{
    const Activation &x = a.values;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(x, index);
        uint used = samplesOf(x, row.block, a.samples);
        float *values = floatsOf(x, row);
        for (uint i = firstItem(); i < rowLength(x); i += itemStride())
        {
            uint value = i / (uint)x.width, lane = i % (uint)x.width;
            if (!isInUse(x, lane, used))
                continue;
            uint step = lane / (uint)x.blockSamples, sample = lane % (uint)x.blockSamples;
            uint column = value / (uint)x.channels, channel = value % (uint)x.channels;
            uint neuron = (channel * x.rows + row.row) * x.columns + column;
            ulong number = (ulong)step * ((uint)x.channels * x.rows * x.columns) + neuron;
            RandomKey own = derive(a.key, (ulong)(long long)a.numbers[row.block * x.blockSamples + sample]);
            values[i] = uniform(own, number) >= a.rate ? values[i] * a.scale : 0;
        }
    }
}
