// Dense layers as products of cuBLAS: weights in the form that is multiplied with, addresses of matrices, bits as floats, and sums of
// weight gradients. The products themselves read activations where they lie: at an output position the inputs that one row of a kernel
// sees, kernel columns × channels, are one matrix of contiguous rows of lanes.
#include "lanes.h"

// Where a weight of (output, input, kernel row, kernel column) is in another order.
struct WeightOrder
{
    int inputs;
    int kernelRows;
    int kernelColumns;
    int first;
    int ofOutput;
    int ofInput;
    int ofRow;
    int ofColumn;
};

// `index` counts all weights in their own order.
DEVICE int placeOf(const WeightOrder &order, int index)
{
    int column = index % order.kernelColumns;
    index /= order.kernelColumns;
    int row = index % order.kernelRows;
    index /= order.kernelRows;
    return order.first + index / order.inputs * order.ofOutput + index % order.inputs * order.ofInput + row * order.ofRow + column * order.ofColumn;
}

struct PackWeightsArguments
{
    WeightOrder order;
    const float *weights;
    const int *existing; // which weights there are, or null for all; the others' places are 0 already
    float *target;
    uint count;
};

// target[place] = weight
KERNEL void packWeights(PackWeightsArguments arguments)
{
    for (uint i = firstItem(); i < arguments.count; i += itemStride())
        arguments.target[placeOf(arguments.order, arguments.existing ? arguments.existing[i] : (int)i)] = arguments.weights[i];
}

struct SumWeightGradientsArguments
{
    WeightOrder order;
    const float *partial; // [group][place]
    const int *existing;
    float *target;
    uint count;
    uint groups;
    long long groupStride;
};

// target[weight] += Σ over the groups, in order, of what is at its place
KERNEL void sumWeightGradients(SumWeightGradientsArguments arguments)
{
    for (uint i = firstItem(); i < arguments.count; i += itemStride())
    {
        const float *place = arguments.partial + placeOf(arguments.order, arguments.existing ? arguments.existing[i] : (int)i);
        double sum = 0;
        for (uint group = 0; group < arguments.groups; group++)
            sum += place[group * arguments.groupStride];
        arguments.target[i] = (float)(arguments.target[i] + sum);
    }
}

// A matrix for each position and tap. Strides are in bytes.
struct Operand
{
    ulong address;
    long long block;
    long long row;
    long long column;
    long long tapRow;
    long long tapColumn;
};

DEVICE ulong addressOf(const Operand &operand, uint block, uint row, uint column, int tapRow, int tapColumn)
{
    return operand.address + block * operand.block + row * operand.row + column * operand.column + tapRow * operand.tapRow
        + tapColumn * operand.tapColumn;
}

// Positions from which a tap falls into a map. ConvolutionTaps.cs has the same arithmetic.
struct Range
{
    uint first;
    uint count;
};

DEVICE Range positionsWithin(uint positions, int tap, int stride, int padding, int limit)
{
    int first = tap < padding ? (padding - tap + stride - 1) / stride : 0;
    int last = limit - 1 + padding - tap;
    int end = last < 0 ? 0 : smaller(last / stride + 1, (int)positions);
    return {(uint)first, (uint)larger(end - first, 0)};
}

struct ProductAddressesArguments
{
    Operand first;
    Operand second;
    Operand result;
    ulong *addresses; // [tap][first, second, result][position]
    uint capacity;    // positions that there is room for
    uint blocks;
    uint rows; // positions: those of an output's map, or of an input's
    uint columns;
    uint tapRows;
    uint tapColumns;
    int isBounded; // whether results beyond their map are left out
    int strideRows;
    int strideColumns;
    int padding;
    int limitRows; // of the results' map
    int limitColumns;
};

// The matrices of the products of a layer, a batch of them for each tap.
KERNEL void productAddresses(ProductAddressesArguments arguments)
{
    for (uint tap = blockY(); tap < arguments.tapRows * arguments.tapColumns; tap += gridY())
    {
        int tapRow = tap / arguments.tapColumns;
        int tapColumn = tap % arguments.tapColumns;
        Range rows = {0, arguments.rows};
        Range columns = {0, arguments.columns};
        if (arguments.isBounded)
        {
            rows = positionsWithin(arguments.rows, tapRow, arguments.strideRows, arguments.padding, arguments.limitRows);
            columns = positionsWithin(arguments.columns, tapColumn, arguments.strideColumns, arguments.padding, arguments.limitColumns);
        }

        ulong *addresses = arguments.addresses + (long long)tap * 3 * arguments.capacity;
        uint count = arguments.blocks * rows.count * columns.count;
        for (uint i = firstItem(); i < count; i += itemStride())
        {
            uint column = columns.first + i % columns.count;
            uint row = rows.first + i / columns.count % rows.count;
            uint block = i / columns.count / rows.count;
            addresses[i] = addressOf(arguments.first, block, row, column, tapRow, tapColumn);
            addresses[arguments.capacity + i] = addressOf(arguments.second, block, row, column, tapRow, tapColumn);
            addresses[2 * arguments.capacity + i] = addressOf(arguments.result, block, row, column, tapRow, tapColumn);
        }
    }
}

struct GradientAddressesArguments
{
    Operand input;
    Operand gradient;
    ulong partial;
    long long groupBytes;
    long long tapBytes;
    ulong *addresses; // [first, second, result][step][group][kernel row]
    uint positions;
    uint groups;
    uint steps; // positions of a group
    uint tapRows;
    uint rows;
    uint columns;
};

// The matrices of a weight gradient's products: group g adds up its positions, g · steps and those after it, a position a step.
KERNEL void gradientAddresses(GradientAddressesArguments arguments)
{
    uint count = arguments.steps * arguments.groups * arguments.tapRows;
    for (uint i = firstItem(); i < count; i += itemStride())
    {
        uint tap = i % arguments.tapRows;
        uint group = i / arguments.tapRows % arguments.groups;
        uint position = group * arguments.steps + i / arguments.tapRows / arguments.groups;
        if (position >= arguments.positions)
            continue; // the last group may be shorter, and comes last in a step
        uint column = position % arguments.columns;
        uint row = position / arguments.columns % arguments.rows;
        uint block = position / arguments.columns / arguments.rows;
        arguments.addresses[i] = addressOf(arguments.input, block, row, column, tap, 0);
        arguments.addresses[count + i] = addressOf(arguments.gradient, block, row, column, 0, 0);
        arguments.addresses[2 * (long long)count + i] = arguments.partial + group * arguments.groupBytes + tap * arguments.tapBytes;
    }
}

struct UnpackFramedArguments
{
    Activation source; // bits, with at least this border
    Activation target;
    int border;
    uint rows; // of the target's lane blocks in use, borders included
};

// Bits as floats for products to read: frame and spare lanes become 0, whatever the memory held.
KERNEL void unpackFramed(UnpackFramedArguments arguments)
{
    const Activation &source = arguments.source;
    const Activation &target = arguments.target;
    uint border = arguments.border;
    uint framedRows = target.rows + 2 * border;
    uint framedColumns = target.columns + 2 * border;
    uint fours = (uint)target.width / FOUR;
    uint channels = target.channels;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        uint block = index / framedRows;
        int row = (int)(index % framedRows) - (int)border;
        float *floats = (float *)target.data + block * target.blockStride + (long long)row * target.rowStride
            - (long long)border * target.columnStride;
        for (uint i = firstItem(); i < framedColumns * channels * fours; i += itemStride())
        {
            uint value = i / fours;
            uint lane = i % fours * FOUR;
            int column = (int)(value / channels) - (int)border;
            bool isInside = row >= 0 && row < target.rows && column >= 0 && column < target.columns;
            writeFour(floats + (long long)i * FOUR,
                isInside ? lanesAt<true>(source, {block, (uint)row}, {(uint)column, value % channels, lane}) : Four{});
        }
    }
}
