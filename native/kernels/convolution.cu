// What dense and pruned layers share: outputs that begin as a bias or as nothing, and the gradient of the bias.
#include "lanes.h"
#include "reduce.h"

struct FillRowsArguments
{
    Activation target;
    const float *bias; // one a channel, or null for 0
    uint rows;         // of all lane blocks in use
};

// target = bias[channel], spare lanes included.
KERNEL void fillRows(FillRowsArguments arguments)
{
    const Activation &target = arguments.target;
    uint fours = (uint)target.width / FOUR;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        float *row = floatsOf(target, rowOf(target, index));
        for (uint i = firstItem(); i < rowValues(target) * fours; i += itemStride())
        {
            float value = arguments.bias ? arguments.bias[i / fours % (uint)target.channels] : 0;
            writeFour(row + (long long)i * FOUR, {{value, value, value, value}});
        }
    }
}

struct ClearBorderArguments
{
    Activation target;
    int border;
    uint rows; // of all lane blocks in use, borders included
};

// The frame of an activation whose memory had held something else becomes 0.
KERNEL void clearBorder(ClearBorderArguments arguments)
{
    const Activation &target = arguments.target;
    uint border = arguments.border;
    uint framedRows = target.rows + 2 * border;
    uint framedColumns = target.columns + 2 * border;
    uint fours = (uint)target.columnStride / FOUR; // of a position
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        uint block = index / framedRows;
        uint row = index % framedRows;
        bool isFrame = row < border || row >= border + target.rows;
        float *first = (float *)target.data + (long long)block * target.blockStride
            + ((long long)row - border) * target.rowStride - (long long)border * target.columnStride;
        for (uint i = firstItem(); i < framedColumns * fours; i += itemStride())
        {
            uint column = i / fours;
            if (isFrame || column < border || column >= border + target.columns)
                writeFour(first + (long long)i * FOUR, {});
        }
    }
}

struct ChannelSumsArguments
{
    Activation gradient;
    double *partial; // [part][channel]
    uint rows;       // of all lane blocks in use
};

// Σ of a gradient's values of a channel over the rows of a part. Lanes that count in no sum are 0 in a gradient.
KERNEL void channelSums(ChannelSumsArguments arguments)
{
    const Activation &gradient = arguments.gradient;
    uint channel = blockX();
    uint fours = (uint)gradient.width / FOUR;
    double sum = 0;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        const float *row = floatsOf(gradient, rowOf(gradient, index)) + (long long)channel * gradient.channelStride;
        float ofRow = 0;
        for (uint i = threadX(); i < (uint)gradient.columns * fours; i += BLOCK)
        {
            Four four = readFour(row + (long long)(i / fours) * gradient.columnStride + i % fours * FOUR);
            ofRow += (four.lanes[0] + four.lanes[1]) + (four.lanes[2] + four.lanes[3]);
        }

        sum += ofRow;
    }

    sum = blockSum(sum);
    if (threadX() == 0)
        arguments.partial[(long long)blockY() * gradient.channels + channel] = sum;
}

struct AddPartsArguments
{
    const double *partial; // [part][index]
    float *target;
    uint count;
    uint parts;
};

// target[index] += Σ over the parts, in order.
KERNEL void addParts(AddPartsArguments arguments)
{
    for (uint index = firstItem(); index < arguments.count; index += itemStride())
    {
        double sum = 0;
        for (uint part = 0; part < arguments.parts; part++)
            sum += arguments.partial[(long long)part * arguments.count + index];
        arguments.target[index] = (float)(arguments.target[index] + sum);
    }
}
