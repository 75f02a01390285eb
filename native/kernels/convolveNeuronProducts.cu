// A dense layer and its neurons over all timesteps in one, on tensor cores: spikes in as bits and out as bits, currents and membranes in
// registers alone. For inference; lane blocks have whole octets of samples.
//
// A warp takes one position, 8 samples and up to 64 output channels, with all their timesteps: columns of its products are the samples, one
// product a timestep, so that every thread ends with all currents of its neurons. Four warps share the position and load the window's bits for
// 32 samples together, 64 input channels of one tap at a time, the next while they multiply the last.
#include "octets.h"

constexpr uint THREADS = SIDE_BY_SIDE * WARP;
constexpr uint CHUNK = 64; // input channels that are loaded at a time

struct ConvolveNeuronProductsArguments
{
    FiringLayer layer;
    const Fragment *weights; // productWeights.cu
};

template <uint TILES, uint STEPS, uint PARTS>
DEVICE void convolveNeuron(const ConvolveNeuronProductsArguments &a)
{
    constexpr uint QUADS = STEPS / 4;                               // words of four timesteps' bytes
    constexpr uint ITEMS = (CHUNK * QUADS + THREADS - 1) / THREADS; // that a thread loads of a chunk
    SHARED static uint windows[2][SIDE_BY_SIDE][CHUNK][QUADS];

    const uint warp = threadX() / WARP, lane = threadX() % WARP, g = lane / 4, q = lane % 4;
    const Place place = placeOf(a.layer, blockX());
    const uint inputs = a.layer.input.channels, taps = a.layer.kernelRows * a.layer.kernelColumns;
    const uint chunks = (inputs + CHUNK - 1) / CHUNK, inputSteps = (inputs + STEP - 1) / STEP;
    const uint firstTile = blockY() * TILES, tiles = ((uint)a.layer.spikes.channels + TILE - 1) / TILE;

    Octets loaded[ITEMS];
    auto load = [&](uint chunk)
    {
#pragma unroll
        for (uint i = 0; i < ITEMS; i++)
        {
            const uint item = i * THREADS + threadX(), channel = chunk % chunks * CHUNK + item / QUADS;
            loaded[i] = item < CHUNK * QUADS && channel < inputs
                ? loadOctets(a.layer, place, channel, chunk / chunks, item % QUADS * 4)
                : Octets{{0, 0, 0, 0}};
        }
    };
    auto store = [&](uint buffer)
    {
#pragma unroll
        for (uint i = 0; i < ITEMS; i++)
        {
            const uint item = i * THREADS + threadX();
            if (item < CHUNK * QUADS)
#pragma unroll
                for (uint w = 0; w < SIDE_BY_SIDE; w++)
                    windows[buffer][w][item / QUADS][item % QUADS] = loaded[i].timesteps[w];
        }
    };

    Sums sums[TILES][STEPS];
#pragma unroll
    for (uint m = 0; m < TILES; m++)
#pragma unroll
        for (uint t = 0; t < STEPS; t++)
            sums[m][t] = {{0, 0, 0, 0}};

    load(0);
    for (uint chunk = 0; chunk < taps * chunks; chunk++)
    {
        const uint buffer = chunk % 2;
        store(buffer);
        // Nobody is still in the buffer that is stored to next: whoever is here has multiplied the chunk before.
        synchroniseBlock();
        if (chunk + 1 < taps * chunks)
            load(chunk + 1);
        synchroniseWarp(); // loads part the threads of a warp, products want them together
        const uint tap = chunk / chunks, firstStep = chunk % chunks * (CHUNK / STEP);
        for (uint step = 0; step < smaller(CHUNK / STEP, inputSteps - firstStep); step++)
        {
            Fragment weights[TILES][PARTS];
#pragma unroll
            for (uint m = 0; m < TILES; m++)
#pragma unroll
                for (uint part = 0; part < PARTS; part++)
                    weights[m][part] = firstTile + m < tiles
                        ? a.weights[(((firstTile + m) * taps + tap) * inputSteps + firstStep + step) * PARTS * WARP + part * WARP + lane]
                        : Fragment{{0, 0, 0, 0}};
#pragma unroll
            for (uint quad = 0; quad < QUADS; quad++)
            {
                uint inputsOf[4];
#pragma unroll
                for (uint i = 0; i < 4; i++)
                    inputsOf[i] = windows[buffer][warp][step * STEP + q * 4 + i][quad];
#pragma unroll
                for (uint s = 0; s < 4; s++)
                {
                    const Spikes spikes = spikesOf(inputsOf, s, g);
#pragma unroll
                    for (uint m = 0; m < TILES; m++)
#pragma unroll
                        for (uint part = 0; part < PARTS; part++)
                            multiplyAdd(sums[m][quad * 4 + s], weights[m][part], spikes);
                }
            }
        }
    }

#pragma unroll
    for (uint m = 0; m < TILES; m++)
    {
        const uint first = (firstTile + m) * TILE + g;
        fire(a.layer, place, warp, sums[m], {first, first + 8});
    }
}

#define VARIANT(name, tiles, steps, parts)                                                                                   \
    extern "C" __attribute__((global, launch_bounds(THREADS))) void name(ConvolveNeuronProductsArguments arguments)           \
    {                                                                                                                        \
        convolveNeuron<tiles, steps, parts>(arguments);                                                                      \
    }

VARIANT(convolveNeuron4, 4, 4, 2)
VARIANT(convolveNeuron8, 4, 8, 2)
VARIANT(convolveNeuron16, 2, 16, 2)
VARIANT(convolveNeuron4Half, 4, 4, 1)
VARIANT(convolveNeuron8Half, 4, 8, 1)
VARIANT(convolveNeuron16Half, 2, 16, 1)
