// What kernels that multiply spikes on tensor cores share: bits of octets of samples on their way in, and neurons on their way out.
#pragma once
#include "activation.h"
#include "products.h"

// The layer that a kernel computes, with its neurons.
struct FiringLayer
{
    Activation input;  // bits
    Activation spikes; // bits
    const float *scales;    // of each output: what its sums are multiplied with
    const float *bias;      // of each output, or null
    const float *threshold; // one
    float leak;
    int isHard;
    int kernelRows;
    int kernelColumns;
    int strideRows;
    int strideColumns;
    int padding;
    uint samples;
    uint blocks; // of lanes, in use
};

// Octets that are loaded side by side: a word has as many bytes.
constexpr uint SIDE_BY_SIDE = 4;

// Four timesteps of one input of a position, by octet.
struct Octets
{
    uint timesteps[SIDE_BY_SIDE]; // a byte a timestep, a bit a sample
};

// Where a block of threads works: a position of the output and octets of samples, which are the innermost in the order of blocks.
struct Place
{
    Row row;
    uint column;
    uint firstOctet;
    uint octets; // that there are, of those side by side
    const byte *corner; // of the window: the first byte of channel 0 at the first tap, timestep 0
};

DEVICE Place placeOf(const FiringLayer &layer, uint index)
{
    const uint octets = (uint)layer.input.blockSamples / OCTET, groups = (octets + SIDE_BY_SIDE - 1) / SIDE_BY_SIDE;
    Place place;
    place.firstOctet = index % groups * SIDE_BY_SIDE;
    place.octets = smaller(octets - place.firstOctet, SIDE_BY_SIDE);
    index /= groups;
    place.column = index % layer.spikes.columns;
    index /= layer.spikes.columns;
    place.row = {index / layer.spikes.rows, index % layer.spikes.rows};
    place.corner = bytesOf(layer.input, {place.row.block, 0})
        + ((int)(place.row.row * layer.strideRows) - layer.padding) * (long long)layer.input.rowStride
        + ((int)(place.column * layer.strideColumns) - layer.padding) * (long long)layer.input.columnStride;
    return place;
}

// Bits of one input (channel, tap) of a place at timesteps `first` to `first` + 3; 0 behind the last timestep and the last octet. An input that
// is the same at every timestep has one.
DEVICE Octets loadOctets(const FiringLayer &layer, const Place &place, uint channel, uint tap, uint first)
{
    const byte *bits = place.corner + tap / layer.kernelColumns * (long long)layer.input.rowStride
        + tap % layer.kernelColumns * layer.input.columnStride + (long long)channel * layer.input.channelStride + place.firstOctet;
    const uint samples = layer.input.blockSamples;
    Octets octets = {{0, 0, 0, 0}};
#pragma unroll
    for (uint s = 0; s < 4; s++)
    {
        const uint step = first + s;
        if (step >= (uint)layer.spikes.steps)
            break;
        const byte *at = bits + (layer.input.steps == 1 ? 0 : step * samples) / OCTET;
        uint word = 0;
        if (samples % 32 == 0)
            word = *(const uint *)at;
        else
            for (uint i = 0; i < place.octets; i++)
                word |= (uint)at[i] << 8 * i;
#pragma unroll
        for (uint i = 0; i < SIDE_BY_SIDE; i++)
            octets.timesteps[i] |= (word >> 8 * i & 0xFF) << 8 * s;
    }
    return octets;
}

// Spikes of two rows of a tile and of two samples, from a thread's sums over the timesteps, written together with the other threads of the
// same rows. `outputs` are the rows' channels; those behind the last are not written.
template <uint STEPS>
DEVICE void fire(const FiringLayer &layer, const Place &place, uint octet, const Sums (&sums)[STEPS], const uint (&outputs)[2])
{
    const uint q = threadX() % 4, firstSample = (place.firstOctet + octet) * OCTET;
    const uint used = samplesOf(layer.spikes, place.row.block, layer.samples);
    const float threshold = *layer.threshold;
#pragma unroll
    for (uint half = 0; half < 2; half++)
    {
        const uint output = outputs[half];
        const bool exists = output < (uint)layer.spikes.channels;
        const float scale = exists ? layer.scales[output] : 0, bias = exists && layer.bias ? layer.bias[output] : 0;
        uint fired[STEPS / 4] = {};
#pragma unroll
        for (uint e = 0; e < 2; e++)
        {
            const bool isUsed = firstSample + q * 2 + e < used;
            float u = 0;
#pragma unroll
            for (uint t = 0; t < STEPS; t++)
            {
                u = layer.leak * u + (sums[t].values[half * 2 + e] * scale + bias);
                const bool fires = u >= threshold;
                u = fires ? (layer.isHard ? 0 : u - threshold) : u;
                fired[t / 4] |= (uint)(fires && isUsed) << (t % 4 * 8 + q * 2 + e);
            }
        }
        byte *target = bytesOf(layer.spikes, place.row) + (long long)place.column * layer.spikes.columnStride
            + (long long)output * layer.spikes.channelStride + firstSample / OCTET;
#pragma unroll
        for (uint quad = 0; quad < STEPS / 4; quad++)
        {
            fired[quad] |= shuffleXor(fired[quad], 1);
            fired[quad] |= shuffleXor(fired[quad], 2);
            const uint step = quad * 4 + q;
            if (exists && octet < place.octets && step < (uint)layer.spikes.steps)
                target[step * (layer.spikes.blockSamples / OCTET)] = (byte)(fired[quad] >> q * 8);
        }
    }
}
