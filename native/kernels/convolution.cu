// What dense and pruned layers share: outputs that begin as a bias or as nothing, and the gradient of the bias.
#include "activation.h"
#include "quads.h"
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
    uint quads = (uint)target.width / QUAD;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        float *row = floatsOf(target, rowOf(target, index));
        for (uint i = firstItem(); i < rowValues(target) * quads; i += itemStride())
        {
            float value = arguments.bias ? arguments.bias[i / quads % (uint)target.channels] : 0;
            storeQuad(row + (long long)i * QUAD, {{value, value, value, value}});
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
    uint quads = (uint)target.columnStride / QUAD; // of a position
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        uint block = index / framedRows;
        uint row = index % framedRows;
        bool isFrame = row < border || row >= border + target.rows;
        float *first = (float *)target.data + (long long)block * target.blockStride
            + ((long long)row - border) * target.rowStride - (long long)border * target.columnStride;
        for (uint i = firstItem(); i < framedColumns * quads; i += itemStride())
        {
            uint column = i / quads;
            if (isFrame || column < border || column >= border + target.columns)
                storeQuad(first + (long long)i * QUAD, {});
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
    uint quads = (uint)gradient.width / QUAD;
    double sum = 0;
    for (uint index = blockY(); index < arguments.rows; index += gridY())
    {
        const float *row = floatsOf(gradient, rowOf(gradient, index)) + (long long)channel * gradient.channelStride;
        float ofRow = 0;
        for (uint i = threadX(); i < (uint)gradient.columns * quads; i += BLOCK)
        {
            Quad quad = loadQuad(row + (long long)(i / quads) * gradient.columnStride + i % quads * QUAD);
            ofRow += (quad.lanes[0] + quad.lanes[1]) + (quad.lanes[2] + quad.lanes[3]);
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
