// A pruned layer and its neurons in one: spikes straight from the bits that the layer reads. A thread has the currents of all timesteps of one
// sample of one neuron in registers, a block neighbouring positions of one channel with all of their samples.
#include "connections.h"
#include "neuron.h"

// Neurons of a block whose spikes shared memory has room for; Routes.cs has the same number.
constexpr uint MOST_NEURONS = 4096;

struct SparseNeuronArguments
{
    Connections connections;
    Taps taps;
    Activation source; // bits
    Activation spikes; // bits or floats
    const float *bias; // one a channel, or null
    const float *threshold;
    NeuronRule rule;
    uint rows;    // of all lane blocks in use
    uint samples; // of the batch in use
    uint columns; // of a block of threads: their neurons are no more than MOST_NEURONS
};

// Where the bits of a sample are at each timestep, in the bytes of a position.
template <uint STEPS> struct SampleBits
{
    int bytes[STEPS];
    uint masks[STEPS];
};

template <uint STEPS> DEVICE SampleBits<STEPS> bitsOf(const Activation &source, uint sample)
{
    SampleBits<STEPS> bits;
    for (uint step = 0; step < STEPS; step++)
    {
        uint lane = smaller(step, (uint)source.steps - 1) * source.blockSamples + sample;
        bits.bytes[step] = lane / 8;
        bits.masks[step] = 1u << lane % 8;
    }

    return bits;
}

// Which timesteps fire, a bit each.
template <uint STEPS> DEVICE uint firing(const SparseNeuronArguments &a, const float *currents, float v)
{
    uint spikes = 0;
    float u = 0;
    for (uint step = 0; step < STEPS; step++)
    {
        u = charge(a.rule, u, currents[step]);
        if (step < (uint)a.spikes.steps && fires(u, v))
            spikes |= 1u << step;
        u = reset(a.rule, u, v);
    }

    return spikes;
}

// The byte of bits of the lanes from `lane` on: those of a position whose samples have fired as noted.
DEVICE byte packed(const Activation &spikes, const unsigned short *fired, uint lane)
{
    uint step = lane / (uint)spikes.blockSamples;
    uint sample = lane % (uint)spikes.blockSamples;
    uint bits = 0;
    for (uint k = 0; k < 8 && step < (uint)spikes.steps; k++)
    {
        bits |= (fired[sample] >> step & 1u) << k;
        if (++sample == (uint)spikes.blockSamples)
        {
            sample = 0;
            step++;
        }
    }

    return (byte)bits;
}

// I[t] = bias + Σ weights · bits, then u = leak·u + I[t], s[t] = [u ≥ v], and the reset. STEPS are at least the spikes'.
template <uint STEPS> DEVICE void sparseNeuron(const SparseNeuronArguments &a)
{
    SHARED static Staged staged;
    SHARED static unsigned short fired[MOST_NEURONS];
    const Activation &source = a.source;
    const Activation &spikes = a.spikes;
    uint channel = blockX() % (uint)spikes.channels;
    uint group = blockX() / (uint)spikes.channels;
    uint groups = gridX() / (uint)spikes.channels;
    uint samples = spikes.blockSamples;
    float v = a.threshold[0];
    float start = a.bias ? a.bias[channel] : 0;
    List list = listOf(a.connections, channel);
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(spikes, index);
        uint used = samplesOf(spikes, row.block, a.samples);
        for (uint firstColumn = group * a.columns; firstColumn < (uint)spikes.columns; firstColumn += groups * a.columns)
        {
            uint columns = smaller(a.columns, (uint)spikes.columns - firstColumn);
            for (uint base = 0; base < columns * samples; base += BLOCK)
            {
                uint neuron = base + threadX();
                uint column = neuron / samples;
                uint sample = neuron % samples;
                bool isUsed = column < columns && sample < used;
                const byte *data = (const byte *)source.data + (long long)row.block * source.blockStride
                    + positionOf(a.taps, row.row, firstColumn + column);
                SampleBits<STEPS> bits = bitsOf<STEPS>(source, sample);
                float currents[STEPS];
                for (uint step = 0; step < STEPS; step++)
                    currents[step] = start;
                for (int first = list.first; first < list.end; first += BLOCK)
                {
                    uint count = stage(staged, a.connections, a.taps, list, first);
                    if (!isUsed)
                        continue;
                    for (uint c = 0; c < count; c++)
                    {
                        float weight = staged.weights[c];
                        const byte *position = data + staged.offsets[c];
                        for (uint step = 0; step < STEPS; step++)
                            if (position[bits.bytes[step]] & bits.masks[step])
                                currents[step] += weight;
                    }
                }

                uint now = isUsed ? firing<STEPS>(a, currents, v) : 0;
                if (spikes.isBits && column < columns)
                    fired[neuron] = (unsigned short)now;
                if (!spikes.isBits && isUsed)
                {
                    float *lanes = lanesAt(spikes, row, firstColumn + column, channel) + sample;
                    for (uint step = 0; step < (uint)spikes.steps; step++)
                        lanes[step * samples] = now >> step & 1;
                }
            }

            if (!spikes.isBits)
                continue;
            synchroniseBlock();
            uint bytes = spikes.columnStride;
            byte *target = bytesOf(spikes, row) + (long long)channel * spikes.channelStride + (long long)firstColumn * bytes;
            for (uint i = threadX(); i < columns * bytes; i += BLOCK)
                target[i] = packed(spikes, fired + i / bytes * samples, i % bytes * 8);
            synchroniseBlock();
        }
    }
}

KERNEL void sparseNeuron4(SparseNeuronArguments arguments) { sparseNeuron<4>(arguments); }
KERNEL void sparseNeuron8(SparseNeuronArguments arguments) { sparseNeuron<8>(arguments); }
KERNEL void sparseNeuron16(SparseNeuronArguments arguments) { sparseNeuron<16>(arguments); }
