// A dense layer and its neurons over all timesteps in one, on tensor cores: spikes in as bits and out as bits, currents and membranes in
// registers alone. For inference; lane blocks have whole octets of samples.
//
// A warp takes one position, 8 samples and up to 64 output channels, with all their timesteps: columns of its products are the samples, one
// product a timestep, so that every thread ends with all currents of its neurons. Four warps share the position and load the window's bits for
// 32 samples together, 64 input channels of one tap at a time, the next while they multiply the last.
#include "activation.h"
#include "products.h"

constexpr uint WARPS = 4;
constexpr uint THREADS = WARPS * WARP;
constexpr uint CHUNK = 64; // input channels that are loaded at a time

struct ConvolveNeuronProductsArguments
{
    Activation input;  // bits
    Activation spikes; // bits
    const Fragment *weights; // product_weights.cu
    const float *scales;
    const float *bias; // of each output, or null
    const float *threshold;
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

// What a thread has loaded and not yet stored: for one input channel and four timesteps the octets of each warp.
struct Loaded
{
    uint ofWarp[WARPS];
};

// Four bytes from anywhere; those behind `count` are 0.
DEVICE uint bytesAt(const byte *first, uint count)
{
    uint word = 0;
    for (uint i = 0; i < smaller(count, 4u); i++)
        word |= (uint)first[i] << 8 * i;
    return word;
}

template <uint TILES, uint STEPS, uint PARTS>
DEVICE void convolveNeuron(const ConvolveNeuronProductsArguments &a)
{
    constexpr uint QUADS = STEPS / 4;                                  // words of four timesteps' bytes
    constexpr uint ITEMS = (CHUNK * QUADS + THREADS - 1) / THREADS;    // that a thread loads of a chunk
    SHARED static uint windows[2][WARPS][CHUNK][QUADS];

    const uint warp = threadX() / WARP, lane = threadX() % WARP, g = lane / 4, q = lane % 4;
    const uint octets = (uint)a.input.blockSamples / OCTET;
    const uint groups = (octets + WARPS - 1) / WARPS;
    uint place = blockX();
    const uint group = place % groups;
    place /= groups;
    const uint column = place % a.spikes.columns;
    place /= a.spikes.columns;
    const Row row = {place / a.spikes.rows, place % a.spikes.rows};
    const uint inputs = a.input.channels, outputs = a.spikes.channels, timesteps = a.spikes.steps;
    const bool isStatic = a.input.steps == 1 && timesteps > 1;
    const uint chunks = (inputs + CHUNK - 1) / CHUNK, inputSteps = (inputs + STEP - 1) / STEP;
    const uint taps = a.kernelRows * a.kernelColumns;
    const uint firstOctet = group * WARPS;
    const uint octetsHere = smaller(octets - firstOctet, WARPS);
    const bool inWords = a.input.blockSamples % 32 == 0;
    const byte *corner = bytesOf(a.input, {row.block, 0}) + ((int)(row.row * a.strideRows) - a.padding) * (long long)a.input.rowStride
        + ((int)(column * a.strideColumns) - a.padding) * (long long)a.input.columnStride;

    Loaded loaded[ITEMS];
    auto load = [&](uint chunk)
    {
        const uint tap = chunk / chunks, channels = chunk % chunks * CHUNK;
        const byte *position = corner + tap / a.kernelColumns * (long long)a.input.rowStride + tap % a.kernelColumns * a.input.columnStride;
        #pragma unroll
        for (uint i = 0; i < ITEMS; i++)
        {
            const uint item = i * THREADS + threadX(), channel = channels + item / QUADS, quad = item % QUADS;
            uint words[4] = {0, 0, 0, 0};
            if (item < CHUNK * QUADS && channel < inputs)
                #pragma unroll
                for (uint s = 0; s < 4; s++)
                {
                    const uint step = quad * 4 + s;
                    const byte *bits = position + (long long)channel * a.input.channelStride
                        + ((isStatic ? 0 : step) * a.input.blockSamples) / 8 + firstOctet;
                    if (step < timesteps)
                        words[s] = inWords ? *(const uint *)bits : bytesAt(bits, octetsHere);
                }
            // From (timestep, octet) to (octet, timestep).
            #pragma unroll
            for (uint w = 0; w < WARPS; w++)
            {
                loaded[i].ofWarp[w] = 0;
                #pragma unroll
                for (uint s = 0; s < 4; s++)
                    loaded[i].ofWarp[w] |= (words[s] >> 8 * w & 0xFF) << 8 * s;
            }
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
                for (uint w = 0; w < WARPS; w++)
                    windows[buffer][w][item / QUADS][item % QUADS] = loaded[i].ofWarp[w];
        }
    };

    const uint firstTile = blockY() * TILES, tiles = (outputs + TILE - 1) / TILE;
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
        // Nobody is still in the buffer that is stored to next: whoever is here has multiplied the chunk before the last.
        synchroniseBlock();
        if (chunk + 1 < taps * chunks)
            load(chunk + 1);
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
                    const uint shift = s % 2 * 8 + g;
                    const uint spikes01 = halvesOfBits(s < 2 ? lowerHalves(inputsOf[0], inputsOf[1]) : upperHalves(inputsOf[0], inputsOf[1]), shift);
                    const uint spikes23 = halvesOfBits(s < 2 ? lowerHalves(inputsOf[2], inputsOf[3]) : upperHalves(inputsOf[2], inputsOf[3]), shift);
                    #pragma unroll
                    for (uint m = 0; m < TILES; m++)
                        #pragma unroll
                        for (uint part = 0; part < PARTS; part++)
                            multiplyAdd(sums[m][quad * 4 + s], weights[m][part], spikes01, spikes23);
                }
            }
        }
    }

    if (warp >= octetsHere)
        return;
    const float threshold = *a.threshold;
    const uint used = samplesOf(a.spikes, row.block, a.samples), firstSample = (firstOctet + warp) * OCTET;
    byte *target = bytesOf(a.spikes, row) + (long long)column * a.spikes.columnStride;
    #pragma unroll
    for (uint m = 0; m < TILES; m++)
        #pragma unroll
        for (uint half = 0; half < 2; half++)
        {
            const uint output = (firstTile + m) * TILE + half * 8 + g;
            const float scale = output < outputs ? a.scales[output] : 0, bias = output < outputs && a.bias ? a.bias[output] : 0;
            uint fired[QUADS] = {};
            #pragma unroll
            for (uint e = 0; e < 2; e++)
            {
                const bool isUsed = firstSample + q * 2 + e < used;
                float u = 0;
                #pragma unroll
                for (uint t = 0; t < STEPS; t++)
                {
                    u = a.leak * u + (sums[m][t].values[half * 2 + e] * scale + bias);
                    const bool fires = u >= threshold;
                    u = fires ? (a.isHard ? 0 : u - threshold) : u;
                    fired[t / 4] |= (uint)(fires && isUsed) << (t % 4 * 8 + q * 2 + e);
                }
            }
            #pragma unroll
            for (uint quad = 0; quad < QUADS; quad++)
            {
                fired[quad] |= shuffleXor(fired[quad], 1);
                fired[quad] |= shuffleXor(fired[quad], 2);
                const uint step = quad * 4 + q;
                if (step < timesteps && output < outputs)
                    target[(long long)output * a.spikes.channelStride + (step * a.spikes.blockSamples + firstSample) / 8] = (byte)(fired[quad] >> q * 8);
            }
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
