// Lists of a pruned layer's connections, and where they read.
#pragma once
#include "device.h"

// Which connections there are, in the weights' own order or in another. ConnectionsView.cs has the same fields in the same order.
struct Connections
{
    const float *weights;
    const int *existing; // index of each among all weights (output, input, kernel row, kernel column)
    const int *order;    // of a list by inputs: which of the weights comes next; null by outputs, where they lie in order
    const int *starts;
    int startsOfChannel; // from the start of a channel's connections to the next channel's
    int inputs;
    int kernelRows;
    int kernelColumns;
};

// How far taps and channels of a source are apart: in floats, or bytes of bits.
struct Taps
{
    long long first;  // from the source's first position to the first tap of the target's
    int rowStep;      // from what a target's row reads to what the next one does
    int columnStep;
    int ofRow;        // from a kernel row to the next; less than 0 where a gradient is read
    int ofColumn;
    int channel;
};

// A weight's place.
struct Place
{
    int output;
    int input;
    int row;
    int column;
};

DEVICE Place placeOf(const Connections &connections, int index)
{
    Place place;
    place.column = index % connections.kernelColumns;
    index /= connections.kernelColumns;
    place.row = index % connections.kernelRows;
    index /= connections.kernelRows;
    place.input = index % connections.inputs;
    place.output = index / connections.inputs;
    return place;
}

// Where a connection reads, from the first tap of its target.
DEVICE int offsetOf(const Taps &taps, Place place, int channel)
{
    return channel * taps.channel + place.row * taps.ofRow + place.column * taps.ofColumn;
}

// The first tap of a target's position.
DEVICE long long positionOf(const Taps &taps, uint row, uint column)
{
    return taps.first + (long long)row * taps.rowStep + (long long)column * taps.columnStep;
}

// A channel's part of the list.
struct List
{
    int first;
    int end;
};

DEVICE List listOf(const Connections &connections, uint channel)
{
    const int *starts = connections.starts + (long long)channel * connections.startsOfChannel;
    return {starts[0], starts[connections.startsOfChannel]};
}

// A connection as the threads of a block read it, at once.
struct alignas(8) Connection
{
    float weight;
    int offset;
};

struct Staged
{
    Connection connections[BLOCK];
};

// Looks up the connections from `first` on, each thread one, for all of them to read; gives how many there are.
DEVICE uint stage(Staged &staged, const Connections &connections, const Taps &taps, List list, int first)
{
    synchroniseBlock();
    int c = first + (int)threadX();
    if (c < list.end)
    {
        int weight = connections.order ? connections.order[c] : c;
        Place place = placeOf(connections, connections.existing[weight]);
        staged.connections[threadX()] = {connections.weights[weight], offsetOf(taps, place, connections.order ? place.output : place.input)};
    }

    synchroniseBlock();
    return smaller((uint)(list.end - first), BLOCK);
}
