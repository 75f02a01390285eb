// Activations as kernels see them. ActivationView.cs has the same fields in the same order.
#pragma once
#include "device.h"

// Floats in the layout [lane block][row][column][channel][lane], or bits in [lane block][row][channel][column][lane] (BitLayout.cs).
// Strides are in floats, or of bits in bytes. `data` is lane 0 of channel 0 at row 0 and column 0 of block 0, inside the border.
struct Activation
{
    void *data;
    long long blockStride;
    int rowStride;
    int columnStride;
    int channelStride;
    int channels;
    int rows;
    int columns;
    int width;        // lanes of a block as floats, spare ones included
    int blockSamples; // lane = step · blockSamples + sample of the block
    int steps;        // 1 where a value is the same at every timestep
    int isBits;
};

// One row of an activation's map in one lane block: what a row of thread blocks works on. Rows follow each other through the lane blocks.
struct Row
{
    uint block;
    uint row;
};

DEVICE Row rowOf(const Activation &a, uint index) { return {index / (uint)a.rows, index % (uint)a.rows}; }

DEVICE float *floatsOf(const Activation &a, Row at)
{
    return (float *)a.data + (long long)at.block * a.blockStride + (long long)at.row * a.rowStride;
}

DEVICE byte *bytesOf(const Activation &a, Row at)
{
    return (byte *)a.data + (long long)at.block * a.blockStride + (long long)at.row * a.rowStride;
}

// Floats of a row without its border: columns, channels and lanes, contiguous.
DEVICE uint rowLength(const Activation &a) { return (uint)a.columns * a.columnStride; }

// Values of a lane in a row: columns × channels. Value v lies at v · width, at column v / channels and channel v % channels.
DEVICE uint rowValues(const Activation &a) { return (uint)a.columns * a.channels; }

// Lanes of a block that stand for a (timestep, sample) pair.
DEVICE uint lanesOf(const Activation &a) { return (uint)a.steps * a.blockSamples; }

// Samples of a block that are among the first `samples` of the batch.
DEVICE uint samplesOf(const Activation &a, uint block, uint samples)
{
    uint before = block * a.blockSamples;
    return samples <= before ? 0 : smaller(samples - before, (uint)a.blockSamples);
}
