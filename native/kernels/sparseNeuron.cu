// A pruned layer and its neurons in one: spikes straight from the bits that the layer reads. A thread has the currents of all timesteps of
// one neuron in registers, for one sample or for four that share a byte at each timestep; a block has neighbouring positions of one channel with
// all of their samples.
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

// Where the bits of neighbouring samples are at each timestep, in the bytes of a position.
template <uint STEPS> struct SampleBits
{
    int bytes[STEPS];
    uint shifts[STEPS];
};

template <uint STEPS> DEVICE SampleBits<STEPS> bitsOf(const Activation &source, uint sample)
{
    SampleBits<STEPS> bits;
#pragma unroll
    for (uint step = 0; step < STEPS; step++)
    {
        uint lane = smaller(step, (uint)source.steps - 1) * source.blockSamples + sample;
        bits.bytes[step] = lane / 8;
        bits.shifts[step] = lane % 8;
    }

    return bits;
}

// Which timesteps of a sample fire, a bit each. Currents lie SAMPLES apart.
template <uint STEPS, uint SAMPLES> DEVICE uint firing(const SparseNeuronArguments &a, const float *currents, float v)
{
    uint spikes = 0;
    float u = 0;
#pragma unroll
    for (uint step = 0; step < STEPS; step++)
    {
        u = charge(a.rule, u, currents[step * SAMPLES]);
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

// I[t] = bias + Σ weights · bits, then u = leak·u + I[t], s[t] = [u ≥ v], and the reset. STEPS are at least the spikes', and their samples a
// multiple of SAMPLES.
template <uint STEPS, uint SAMPLES> DEVICE void sparseNeuron(const SparseNeuronArguments &a)
{
    SHARED static Staged staged;
    SHARED static unsigned short fired[MOST_NEURONS];
    const Activation &source = a.source;
    const Activation &spikes = a.spikes;
    uint channel = blockX() % (uint)spikes.channels;
    uint group = blockX() / (uint)spikes.channels;
    uint groups = gridX() / (uint)spikes.channels;
    uint samples = spikes.blockSamples;
    uint shares = samples / SAMPLES; // of a position's samples: a thread takes one
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
            for (uint base = 0; base < columns * shares; base += BLOCK)
            {
                uint column = (base + threadX()) / shares;
                uint sample = (base + threadX()) % shares * SAMPLES;
                bool isUsed = column < columns && sample < used;
                const byte *data = (const byte *)source.data + (long long)row.block * source.blockStride
                    + positionOf(a.taps, row.row, firstColumn + column);
                SampleBits<STEPS> bits = bitsOf<STEPS>(source, sample);
                float currents[STEPS * SAMPLES];
#pragma unroll
                for (uint i = 0; i < STEPS * SAMPLES; i++)
                    currents[i] = start;
                for (int first = list.first; first < list.end; first += BLOCK)
                {
                    uint count = stage(staged, a.connections, a.taps, list, first);
                    if (!isUsed)
                        continue;
                    for (uint c = 0; c < count; c++)
                    {
                        Connection connection = staged.connections[c];
                        const byte *position = data + connection.offset;
#pragma unroll
                        for (uint step = 0; step < STEPS; step++)
                        {
                            uint fire = position[bits.bytes[step]] >> bits.shifts[step];
#pragma unroll
                            for (uint k = 0; k < SAMPLES; k++)
                                if (fire >> k & 1)
                                    currents[step * SAMPLES + k] += connection.weight;
                        }
                    }
                }

                if (column >= columns)
                    continue;
#pragma unroll
                for (uint k = 0; k < SAMPLES; k++)
                {
                    uint now = sample + k < used ? firing<STEPS, SAMPLES>(a, currents + k, v) : 0;
                    if (spikes.isBits)
                        fired[column * samples + sample + k] = (unsigned short)now;
                    else if (sample + k < used)
                    {
                        float *lanes = lanesAt(spikes, row, firstColumn + column, channel) + sample + k;
                        for (uint step = 0; step < (uint)spikes.steps; step++)
                            lanes[step * samples] = now >> step & 1;
                    }
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

KERNEL void sparseNeuron4(SparseNeuronArguments arguments) { sparseNeuron<4, 1>(arguments); }
KERNEL void sparseNeuron8(SparseNeuronArguments arguments) { sparseNeuron<8, 1>(arguments); }
KERNEL void sparseNeuron16(SparseNeuronArguments arguments) { sparseNeuron<16, 1>(arguments); }
KERNEL void sparseNeuron4OfFour(SparseNeuronArguments arguments) { sparseNeuron<4, 4>(arguments); }
KERNEL void sparseNeuron8OfFour(SparseNeuronArguments arguments) { sparseNeuron<8, 4>(arguments); }
KERNEL void sparseNeuron16OfFour(SparseNeuronArguments arguments) { sparseNeuron<16, 4>(arguments); }
