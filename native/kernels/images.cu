// Between pixels (sample, channel, row, column) and a static activation. Neighbours among pixels are columns, neighbours among lanes are
// samples: a tile of both goes through shared memory, so that neighbouring threads read neighbours and write neighbours.
#include "activation.h"

constexpr uint TILE = WARP;

// Tiles of a row of the map: of samples, of columns, for each channel.
struct Tiles
{
    uint samples;
    uint columns;
    uint count;
};

DEVICE Tiles tilesOf(const Activation &a)
{
    uint samples = ((uint)a.blockSamples + TILE - 1) / TILE, columns = ((uint)a.columns + TILE - 1) / TILE;
    return {samples, columns, samples * columns * a.channels};
}

// One of them: its channel, and where it begins.
struct Tile
{
    uint channel;
    uint column;
    uint sample;
};

DEVICE Tile tileAt(Tiles tiles, uint index)
{
    uint rest = index / tiles.samples;
    return {rest / tiles.columns, rest % tiles.columns * TILE, index % tiles.samples * TILE};
}

// Index of column 0 of a sample's row among the pixels.
DEVICE ulong pixelRow(const Activation &a, Row row, uint sample, uint channel)
{
    ulong image = (ulong)row.block * a.blockSamples + sample;
    return ((image * a.channels + channel) * a.rows + row.row) * a.columns;
}

struct NormaliseArguments
{
    const float *pixels;
    const float *mean;      // one a channel
    const float *deviation; // one a channel
    Activation output;
    uint rows;
    uint samples;
};

// output = (pixel − mean) / deviation
KERNEL void normalise(NormaliseArguments a)
{
    SHARED static float values[TILE][TILE + 1]; // by sample and column; one more, so that a column's lie in different banks
    Tiles tiles = tilesOf(a.output);
    uint across = threadX() % TILE, along = threadX() / TILE;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.output, index);
        uint used = samplesOf(a.output, row.block, a.samples);
        for (uint number = blockX(); number < tiles.count; number += gridX())
        {
            Tile tile = tileAt(tiles, number);
            float mean = a.mean[tile.channel], deviation = a.deviation[tile.channel];
            for (uint i = along; i < TILE; i += BLOCK / TILE)
                if (tile.sample + i < used && tile.column + across < (uint)a.output.columns)
                    values[i][across] =
                        (a.pixels[pixelRow(a.output, row, tile.sample + i, tile.channel) + tile.column + across] - mean) / deviation;
            synchroniseBlock();
            float *lanes = floatsOf(a.output, row) + tile.channel * a.output.channelStride + tile.sample;
            for (uint i = along; i < TILE; i += BLOCK / TILE)
                if (tile.sample + across < used && tile.column + i < (uint)a.output.columns)
                    lanes[(tile.column + i) * a.output.columnStride + across] = values[across][i];
            synchroniseBlock();
        }
    }
}

struct NormaliseGradientArguments
{
    Activation outputGradient;
    const float *deviation; // one a channel
    float *pixelGradient;
    uint rows;
    uint samples;
};

// pixelGradient = outputGradient / deviation
KERNEL void normaliseGradient(NormaliseGradientArguments a)
{
    SHARED static float values[TILE][TILE + 1]; // by column and sample
    Tiles tiles = tilesOf(a.outputGradient);
    uint across = threadX() % TILE, along = threadX() / TILE;
    for (uint index = blockY(); index < a.rows; index += gridY())
    {
        Row row = rowOf(a.outputGradient, index);
        uint used = samplesOf(a.outputGradient, row.block, a.samples);
        for (uint number = blockX(); number < tiles.count; number += gridX())
        {
            Tile tile = tileAt(tiles, number);
            float deviation = a.deviation[tile.channel];
            const float *lanes = floatsOf(a.outputGradient, row) + tile.channel * a.outputGradient.channelStride + tile.sample;
            for (uint i = along; i < TILE; i += BLOCK / TILE)
                if (tile.sample + across < used && tile.column + i < (uint)a.outputGradient.columns)
                    values[i][across] = lanes[(tile.column + i) * a.outputGradient.columnStride + across] / deviation;
            synchroniseBlock();
            for (uint i = along; i < TILE; i += BLOCK / TILE)
                if (tile.sample + i < used && tile.column + across < (uint)a.outputGradient.columns)
                    a.pixelGradient[pixelRow(a.outputGradient, row, tile.sample + i, tile.channel) + tile.column + across] = values[across][i];
            synchroniseBlock();
        }
    }
}
