// Pruned layers over the list of their connections. A thread adds up some neighbouring lanes of one value, a block those of one channel:
// its connections are looked up once and handed to all of its threads.
#include "lanes.h"
#include "reduce.h"
#include "connections.h"

// A thread's lanes of a source that is floats.
struct FloatLanes
{
    static constexpr uint COUNT = FOUR;
    const float *data;

    METHOD static FloatLanes at(const Activation &source, uint block, long long position, uint lane)
    {
        return {(const float *)source.data + (long long)block * source.blockStride + position + lane};
    }

    METHOD void addTo(float *sums, float weight, int offset) const
    {
        Four four = readFour(data + offset);
        for (uint k = 0; k < FOUR; k++)
            sums[k] = multiplyAdd(weight, four.lanes[k], sums[k]);
    }
};

// The same of one that is bits: a byte of them.
struct BitLanes
{
    static constexpr uint COUNT = 8;
    const byte *data;
    bool areThere; // lanes are rounded up to whole vectors, bytes of them are not

    METHOD static BitLanes at(const Activation &source, uint block, long long position, uint lane)
    {
        return {(const byte *)source.data + (long long)block * source.blockStride + position + lane / 8, lane < lanesOf(source)};
    }

    METHOD uint bits(int offset) const { return areThere ? data[offset] : 0; }

    METHOD void addTo(float *sums, float weight, int offset) const
    {
        uint fire = bits(offset);
        for (uint k = 0; k < COUNT; k++)
            if (fire >> k & 1)
                sums[k] += weight;
    }
};

// The same where they come by the word.
struct WordLanes
{
    static constexpr uint COUNT = 32;
    const byte *data;

    METHOD static WordLanes at(const Activation &source, uint block, long long position, uint lane)
    {
        return {(const byte *)source.data + (long long)block * source.blockStride + position + lane / 8};
    }

    METHOD void addTo(float *sums, float weight, int offset) const
    {
        uint fire = *(const uint *)(data + offset);
#pragma unroll
        for (uint k = 0; k < COUNT; k++)
            if (fire >> k & 1)
                sums[k] += weight;
    }
};

struct SparseGatherArguments
{
    Connections connections;
    Taps taps;
    Activation source;
    Activation target;
    const float *bias; // one a channel, or null
    uint rows;         // of all lane blocks in use
    int accumulate;
};

// target (+)= bias + Σ over the connections of its channel of weight · source
template <typename Lanes> DEVICE void sparseGather(const SparseGatherArguments &arguments)
{
    SHARED static Staged staged;
    const Activation &source = arguments.source;
    const Activation &target = arguments.target;
    uint channel = blockX() % (uint)target.channels;
    uint chunk = blockX() / (uint)target.channels;
    uint chunks = gridX() / (uint)target.channels;
    uint groups = ((uint)target.width + Lanes::COUNT - 1) / Lanes::COUNT; // of lanes
    uint items = (uint)target.columns * groups;
    float start = arguments.bias ? arguments.bias[channel] : 0;
    List list = listOf(arguments.connections, channel);
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(target, index);
        for (uint base = chunk * BLOCK; base < items; base += chunks * BLOCK)
        {
            uint item = base + threadX();
            uint column = item / groups;
            uint lane = item % groups * Lanes::COUNT;
            Lanes lanes = Lanes::at(source, row.block, positionOf(arguments.taps, row.row, column), lane);
            float sums[Lanes::COUNT];
#pragma unroll
            for (uint k = 0; k < Lanes::COUNT; k++)
                sums[k] = start;
            for (int first = list.first; first < list.end; first += BLOCK)
            {
                uint count = stage(staged, arguments.connections, arguments.taps, list, first);
                if (item < items)
                    for (uint c = 0; c < count; c++)
                    {
                        Connection connection = staged.connections[c];
                        lanes.addTo(sums, connection.weight, connection.offset);
                    }
            }

            if (item >= items)
                continue;
            float *place = floatsOf(target, row) + (long long)column * target.columnStride + (long long)channel * target.channelStride + lane;
#pragma unroll
            for (uint k = 0; k < Lanes::COUNT; k += FOUR)
            {
                if (lane + k >= (uint)target.width)
                    break; // a word has more lanes than the last vector
                Four four = arguments.accumulate ? readFour(place + k) : Four{};
                for (uint l = 0; l < FOUR; l++)
                    four.lanes[l] += sums[k + l];
                writeFour(place + k, four);
            }
        }
    }
}

KERNEL void sparseGatherFloats(SparseGatherArguments arguments) { sparseGather<FloatLanes>(arguments); }
KERNEL void sparseGatherBits(SparseGatherArguments arguments) { sparseGather<BitLanes>(arguments); }
KERNEL void sparseGatherWords(SparseGatherArguments arguments) { sparseGather<WordLanes>(arguments); }

struct SparseStridedGradientArguments
{
    Activation source;
    Activation target;
    const float *weights;
    const int *order;   // of the weights, by (input, kernel row, kernel column, output)
    const int *outputs; // of the weights in that order
    const int *starts;  // of each (input, kernel row, kernel column) in it
    uint rows;
    int kernelRows;
    int kernelColumns;
    int strideRows;
    int strideColumns;
    int padding;
    int accumulate;
};

// The output position that a stride takes to `strided`, if there is one.
DEVICE bool outputPosition(int strided, int stride, int outputs, int &position)
{
    position = strided / stride;
    return strided >= 0 && position * stride == strided && position < outputs;
}

// inputGradient (+)= weightsᵀ ∗ outputGradient for every stride, reading nothing beyond the map.
KERNEL void sparseStridedGradient(SparseStridedGradientArguments arguments)
{
    const Activation &source = arguments.source;
    const Activation &target = arguments.target;
    uint channel = blockX() % (uint)target.channels;
    uint chunk = blockX() / (uint)target.channels;
    uint chunks = gridX() / (uint)target.channels;
    uint groups = (uint)target.width / FOUR;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(target, index);
        for (uint item = chunk * BLOCK + threadX(); item < (uint)target.columns * groups; item += chunks * BLOCK)
        {
            int column = item / groups;
            uint lane = item % groups * FOUR;
            float sums[FOUR] = {};
            for (int k = 0; k < arguments.kernelRows; k++)
            {
                int outputRow, outputColumn;
                if (!outputPosition((int)row.row + arguments.padding - k, arguments.strideRows, source.rows, outputRow))
                    continue;
                for (int l = 0; l < arguments.kernelColumns; l++)
                {
                    if (!outputPosition(column + arguments.padding - l, arguments.strideColumns, source.columns, outputColumn))
                        continue;
                    const float *position = floatsOf(source, {row.block, (uint)outputRow}) + (long long)outputColumn * source.columnStride + lane;
                    const int *starts = arguments.starts + ((long long)channel * arguments.kernelRows + k) * arguments.kernelColumns + l;
                    for (int c = starts[0]; c < starts[1]; c++)
                    {
                        float weight = arguments.weights[arguments.order[c]];
                        Four four = readFour(position + (long long)arguments.outputs[c] * source.channelStride);
                        for (uint n = 0; n < FOUR; n++)
                            sums[n] = multiplyAdd(weight, four.lanes[n], sums[n]);
                    }
                }
            }

            float *place = floatsOf(target, row) + (long long)column * target.columnStride + (long long)channel * target.channelStride + lane;
            Four four = arguments.accumulate ? readFour(place) : Four{};
            for (uint n = 0; n < FOUR; n++)
                four.lanes[n] += sums[n];
            writeFour(place, four);
        }
    }
}

struct SparseWeightGradientArguments
{
    Connections connections; // by outputs
    Taps taps;
    Activation input;
    Activation gradient;
    double *partial; // [part][connection]
    uint rows;       // of all lane blocks in use
};

// The products of a thread's lanes, summed.
DEVICE float product(FloatLanes lanes, const float *gradient)
{
    Four input = readFour(lanes.data);
    Four four = readFour(gradient);
    return (input.lanes[0] * four.lanes[0] + input.lanes[1] * four.lanes[1]) + (input.lanes[2] * four.lanes[2] + input.lanes[3] * four.lanes[3]);
}

DEVICE float product(BitLanes lanes, const float *gradient)
{
    uint fire = lanes.bits(0);
    float sum = 0;
    for (uint first = 0; first < BitLanes::COUNT; first += FOUR)
    {
        Four four = readFour(gradient + first);
        for (uint k = 0; k < FOUR; k++)
            if (fire >> (first + k) & 1)
                sum += four.lanes[k];
    }

    return sum;
}

// Σ over lanes and the positions of a part's rows of outputGradient · input, for the connection of the block.
template <typename Lanes> DEVICE void sparseWeightGradient(const SparseWeightGradientArguments &arguments)
{
    const Activation &input = arguments.input;
    const Activation &gradient = arguments.gradient;
    uint connection = blockX();
    Place place = placeOf(arguments.connections, arguments.connections.existing[connection]);
    long long offset = offsetOf(arguments.taps, place, place.input);
    uint groups = (uint)gradient.width / Lanes::COUNT;
    double sum = 0;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        Row row = rowOf(gradient, index);
        const float *outputs = floatsOf(gradient, row) + (long long)place.output * gradient.channelStride;
        float ofRow = 0;
        for (uint item = threadX(); item < (uint)gradient.columns * groups; item += BLOCK)
        {
            uint column = item / groups;
            uint lane = item % groups * Lanes::COUNT;
            Lanes lanes = Lanes::at(input, row.block, positionOf(arguments.taps, row.row, column) + offset, lane);
            ofRow += product(lanes, outputs + (long long)column * gradient.columnStride + lane);
        }

        sum += ofRow;
    }

    sum = blockSum(sum);
    if (threadX() == 0)
        arguments.partial[(long long)blockY() * gridX() + connection] = sum;
}

KERNEL void sparseWeightGradientFloats(SparseWeightGradientArguments arguments) { sparseWeightGradient<FloatLanes>(arguments); }
KERNEL void sparseWeightGradientBits(SparseWeightGradientArguments arguments) { sparseWeightGradient<BitLanes>(arguments); }
