// A pruned layer and its neurons over all timesteps in one, on tensor cores. Output channels are taken in groups of 16, those with much in common
// together; a group multiplies only with the inputs that one of its channels is connected to, and the others' weights are 0 there.
//
// A block takes one position and 32 samples with all their timesteps and holds the bits of the whole window; its warps take one group after the
// other. The inputs of a group are wherever they are in the window: their numbers are a list beside the weights.
#include "octets.h"

struct ConvolveNeuronUnionsArguments
{
    FiringLayer layer;
    const Fragment *weights;      // [group's step][part][lane]
    const unsigned short *inputs; // [group's step][16], in the order of a thread's four (products.h): tap · channels + channel
    const uint *groupSteps;       // of each group the first of its steps, and behind the last the number of all
    const uint *outputs;          // [group][16] channels; behind the last channel where a group is not full
    uint groups;
};

template <uint STEPS, uint PARTS>
DEVICE void convolveNeuron(const ConvolveNeuronUnionsArguments &a)
{
    constexpr uint QUADS = STEPS / 4;
    extern SHARED uint window[]; // [input][octet][quad]
    const uint warp = threadX() / WARP, lane = threadX() % WARP, g = lane / 4, q = lane % 4;
    const Place place = placeOf(a.layer, blockX());
    const uint channels = a.layer.input.channels, count = channels * a.layer.kernelRows * a.layer.kernelColumns * QUADS;
    for (uint item = threadX(); item < count; item += blockThreads())
    {
        const uint input = item / QUADS, quad = item % QUADS;
        const Octets octets = loadOctets(a.layer, place, input % channels, input / channels, quad * 4);
#pragma unroll
        for (uint i = 0; i < SIDE_BY_SIDE; i++)
            window[(input * SIDE_BY_SIDE + i) * QUADS + quad] = octets.timesteps[i];
    }
    synchroniseBlock();

    for (uint group = warp; group < a.groups; group += blockThreads() / WARP)
    {
        synchroniseWarp(); // stores part the threads of a warp, products want them together
        Sums sums[SIDE_BY_SIDE][STEPS];
#pragma unroll
        for (uint o = 0; o < SIDE_BY_SIDE; o++)
#pragma unroll
            for (uint t = 0; t < STEPS; t++)
                sums[o][t] = {{0, 0, 0, 0}};
        for (uint step = a.groupSteps[group]; step < a.groupSteps[group + 1]; step++)
        {
            uint at[4];
#pragma unroll
            for (uint i = 0; i < 4; i++)
                at[i] = a.inputs[step * STEP + q * 4 + i] * SIDE_BY_SIDE * QUADS;
            Fragment weights[PARTS];
#pragma unroll
            for (uint part = 0; part < PARTS; part++)
                weights[part] = a.weights[(step * PARTS + part) * WARP + lane];
#pragma unroll
            for (uint o = 0; o < SIDE_BY_SIDE; o++)
#pragma unroll
                for (uint quad = 0; quad < QUADS; quad++)
                {
                    uint inputs[4];
#pragma unroll
                    for (uint i = 0; i < 4; i++)
                        inputs[i] = window[at[i] + o * QUADS + quad];
#pragma unroll
                    for (uint s = 0; s < 4; s++)
                    {
                        const Spikes spikes = spikesOf(inputs, s, g);
#pragma unroll
                        for (uint part = 0; part < PARTS; part++)
                            multiplyAdd(sums[o][quad * 4 + s], weights[part], spikes);
                    }
                }
        }
        const uint outputs[2] = {a.outputs[group * TILE + g], a.outputs[group * TILE + g + 8]};
#pragma unroll
        for (uint o = 0; o < SIDE_BY_SIDE; o++)
            fire(a.layer, place, o, sums[o], outputs);
    }
}

KERNEL void convolveNeuronUnions4(ConvolveNeuronUnionsArguments arguments) { convolveNeuron<4, 2>(arguments); }
KERNEL void convolveNeuronUnions8(ConvolveNeuronUnionsArguments arguments) { convolveNeuron<8, 2>(arguments); }
KERNEL void convolveNeuronUnions4Half(ConvolveNeuronUnionsArguments arguments) { convolveNeuron<4, 1>(arguments); }
KERNEL void convolveNeuronUnions8Half(ConvolveNeuronUnionsArguments arguments) { convolveNeuron<8, 1>(arguments); }
