// How threads divide an activation among them where channels matter: a block of threads takes one channel in one row of the map of one lane
// block, so that what belongs to a channel is read once, and no thread divides to find where it is. ChannelWalk.cs has the same fields.
#pragma once
#include "activation.h"

// The block's threads form groups of a power of two. A group takes a column at a time, and its threads neighbouring samples of the
// lane block, or neighbouring lanes, in steps of the group.
struct ChannelWalk
{
    uint rows;       // of all lane blocks in use: blocks of threads share them in y, channels in x
    uint samples;    // of the batch that are in use
    uint groupShift; // a group has 2^groupShift threads
};

DEVICE uint groupOfThread(const ChannelWalk &walk) { return threadX() >> walk.groupShift; }
DEVICE uint threadOfGroup(const ChannelWalk &walk) { return threadX() & ((1u << walk.groupShift) - 1); }
DEVICE uint groupThreads(const ChannelWalk &walk) { return 1u << walk.groupShift; }
DEVICE uint groupCount(const ChannelWalk &walk) { return blockThreads() >> walk.groupShift; }

// Lane 0 of a channel of floats at a column of a row.
DEVICE float *lanesAt(const Activation &a, Row row, uint column, uint channel)
{
    return floatsOf(a, row) + column * a.columnStride + channel * a.channelStride;
}

// Whether a lane of a block stands for one of the samples in use there.
DEVICE bool isInUse(const Activation &a, uint lane, uint used)
{
    return lane < lanesOf(a) && (used == (uint)a.blockSamples || lane % a.blockSamples < used);
}

// One sample's timesteps.
struct Steps
{
    float *first;
    uint stride; // floats from a step to the next; 0 for a value that is the same at all
};

DEVICE Steps stepsAt(const Activation &a, Row row, uint column, uint channel, uint sample)
{
    return {lanesAt(a, row, column, channel) + sample, a.steps == 1 ? 0 : (uint)a.blockSamples};
}

DEVICE float load(Steps from, uint step) { return from.first[step * from.stride]; }

DEVICE void store(Steps to, uint step, float value) { to.first[step * to.stride] = value; }

// Sets to 0 what lies behind a channel's lanes, up to the block's width; every sample's thread takes its share of it.
DEVICE void clearSpare(const Activation &a, float *lanes, uint sample)
{
    for (uint lane = lanesOf(a) + sample; lane < (uint)a.width; lane += a.blockSamples)
        lanes[lane] = 0;
}

// Sets a gradient to 0 at all steps of a sample that is not in use.
DEVICE void clearSample(const Activation &a, float *lanes, uint sample)
{
    for (uint lane = sample; lane < lanesOf(a); lane += a.blockSamples)
        lanes[lane] = 0;
}
