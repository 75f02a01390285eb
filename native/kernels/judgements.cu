// What is found out about samples and what follows from it. A mark is a float a sample: 0, or 1 for yes. Images are flat buffers, `length` floats
// a sample.
#include "activation.h"
#include "classes.h"

struct MarkWrongArguments
{
    const float *logits;
    const float *labels;
    float *wrong;
    float *everWrong; // may be null
    uint classes;
    uint samples;
};

// wrong = [some logit is no finite number, or the largest, the first of equals, is not the label's]; everWrong becomes 1 where it is. A warp a sample.
KERNEL void markWrong(MarkWrongArguments arguments)
{
    for (uint sample = firstWarp(); sample < arguments.samples; sample += warpStride())
    {
        const float *logits = arguments.logits + (ulong)sample * arguments.classes;
        bool finite = true;
        for (uint k = lane(); k < arguments.classes; k += WARP)
            finite &= isFinite(logits[k]);
        uint best = largestClass(logits, arguments.classes);
        bool isWrong = ballot(!finite) != 0 || (float)best != arguments.labels[sample];
        if (lane() == 0)
        {
            arguments.wrong[sample] = isWrong ? 1 : 0;
            if (isWrong && arguments.everWrong)
                arguments.everWrong[sample] = 1;
        }
    }
}

struct InspectArguments
{
    const float *values;
    float *notFinite;
    float *vanished; // may be null
    uint length;
    uint samples;
};

// notFinite becomes 1 where some value is no finite number; vanished = [every value is 0]. A block a sample.
KERNEL void inspectSamples(InspectArguments arguments)
{
    for (uint sample = blockX(); sample < arguments.samples; sample += gridX())
    {
        const float *values = arguments.values + (ulong)sample * arguments.length;
        bool finite = true, zero = true;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
        {
            float value = values[i];
            finite &= isFinite(value);
            zero &= value == 0;
        }
        bool anyNotFinite = blockAny(!finite);
        bool anyNotZero = blockAny(!zero);
        if (threadX() == 0)
        {
            if (anyNotFinite)
                arguments.notFinite[sample] = 1;
            if (arguments.vanished)
                arguments.vanished[sample] = anyNotZero ? 0 : 1;
        }
    }
}

struct MarkOutsideArguments
{
    const float *images;
    const float *origin;
    float *outside;
    double reach; // the radius, with what values may be off by
    uint length;
    uint samples;
    int isEuclidean;
};

// outside = 0 where every value is in [0, 1] and the image within reach of its origin, else 1. A block a sample.
KERNEL void markOutside(MarkOutsideArguments arguments)
{
    for (uint sample = blockX(); sample < arguments.samples; sample += gridX())
    {
        ulong first = (ulong)sample * arguments.length;
        bool inside = true;
        double square = 0;
        for (uint i = threadX(); i < arguments.length; i += BLOCK)
        {
            float x = arguments.images[first + i];
            double change = (double)x - arguments.origin[first + i];
            inside &= x >= 0 && x <= 1 && (arguments.isEuclidean || absolute(change) <= arguments.reach);
            square += change * change;
        }
        square = blockSum(square);
        bool isOutside = blockAny(!inside) || (arguments.isEuclidean && !(squareRoot(square) <= arguments.reach));
        if (threadX() == 0)
            arguments.outside[sample] = isOutside ? 1 : 0;
    }
}

struct SelectArguments
{
    const float *selected;
    const float *source;
    float *target;
    uint length;
    uint samples;
};

// Copies the selected samples, a row of blocks each.
KERNEL void selectSamples(SelectArguments arguments)
{
    for (uint sample = blockY(); sample < arguments.samples; sample += gridY())
    {
        if (arguments.selected[sample] == 0)
            continue;
        ulong first = (ulong)sample * arguments.length;
        for (uint i = firstItem(); i < arguments.length; i += itemStride())
            arguments.target[first + i] = arguments.source[first + i];
    }
}

struct DropArguments
{
    const float *dropped;
    void *values;
    ulong length; // elements of a sample
    uint samples;
};

// Moves what stays to the front. A thread takes one element of all samples and reads several samples before it writes the first of them: places
// are never behind what they take, so that nothing is written over before it is read.
template <typename T> DEVICE void dropSamples(const DropArguments &arguments)
{
    constexpr uint AHEAD = 16;
    for (ulong i = firstItem(); i < arguments.length; i += itemStride())
    {
        T *column = (T *)arguments.values + i;
        uint next = 0;
        for (uint first = 0; first < arguments.samples; first += AHEAD)
        {
            T values[AHEAD];
            bool stays[AHEAD];
#pragma unroll
            for (uint k = 0; k < AHEAD; k++)
            {
                stays[k] = first + k < arguments.samples && arguments.dropped[first + k] == 0;
                values[k] = stays[k] ? column[(first + k) * arguments.length] : T{};
            }
#pragma unroll
            for (uint k = 0; k < AHEAD; k++)
            {
                if (stays[k] && next < first + k)
                    column[next * arguments.length] = values[k];
                next += stays[k];
            }
        }
    }
}

KERNEL void dropSamplesOfWords(DropArguments arguments) { dropSamples<uint>(arguments); }
KERNEL void dropSamplesOfBytes(DropArguments arguments) { dropSamples<byte>(arguments); }

// Where the lanes of one step lie, at one value of one row of the map.
struct StepOfValue
{
    const Activation &activation;
    float *first; // of sample 0

    METHOD StepOfValue(const Activation &a, uint row, uint item)
        : activation(a), first(floatsOf(a, {0, row}) + (item / (uint)a.steps) * a.width + item % (uint)a.steps * a.blockSamples)
    {
    }

    METHOD float &operator[](uint sample) const
    {
        uint block = sample < (uint)activation.blockSamples ? 0 : sample / (uint)activation.blockSamples;
        return first[block * activation.blockStride + (sample - block * activation.blockSamples)];
    }
};

struct DropActivationArguments
{
    Activation values;
    const float *dropped;
    uint samples;
};

// The same of an activation, from one lane block to another, too. A warp takes one value of a row at one step, and 32 samples at a time: all of
// them are read before one is written.
KERNEL void dropSamplesOfActivation(DropActivationArguments arguments)
{
    const Activation &values = arguments.values;
    for (uint row = blockY(); row < (uint)values.rows; row += gridY())
    {
        for (uint item = firstWarp(); item < rowValues(values) * values.steps; item += warpStride())
        {
            StepOfValue lanes(values, row, item);
            uint next = 0;
            for (uint first = 0; first < arguments.samples; first += WARP)
            {
                uint sample = first + lane();
                bool stays = sample < arguments.samples && arguments.dropped[sample] == 0;
                float value = stays ? lanes[sample] : 0;
                uint staying = ballot(stays);
                uint place = next + bitsSet(staying & ((1u << lane()) - 1));
                synchroniseWarp();
                if (stays && place < sample)
                    lanes[place] = value;
                next += bitsSet(staying);
            }
        }
    }
}

struct FillSamplesArguments
{
    Activation values;
    const float *marked;
    uint samples;
    float value;
};

// Sets all values of the marked samples, a warp one value of a row at one step.
KERNEL void fillSamples(FillSamplesArguments arguments)
{
    const Activation &values = arguments.values;
    for (uint row = blockY(); row < (uint)values.rows; row += gridY())
    {
        for (uint item = firstWarp(); item < rowValues(values) * values.steps; item += warpStride())
        {
            StepOfValue lanes(values, row, item);
            for (uint sample = lane(); sample < arguments.samples; sample += WARP)
                if (arguments.marked[sample] != 0)
                    lanes[sample] = arguments.value;
        }
    }
}
