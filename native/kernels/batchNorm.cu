// Batch normalisation: statistics, values and gradients.
#include "channel.h"
#include "normalisation.h"
#include "reduce.h"

// Widths are multiples of four lanes, and so is where a channel's lanes begin.
DEVICE Vector *foursAt(const Activation &a, Row row, uint column, uint channel) { return (Vector *)lanesAt(a, row, column, channel); }

// Sums of one channel in one row of a lane block, of terms(first, second, column, lane) of all lanes in use: of each column's in single
// precision, and from there on in double. For the block's first thread.
template <typename Terms> DEVICE void sumChannel(const Activation &a, const ChannelWalk &walk, Row row, double &first, double &second, Terms terms)
{
    uint used = samplesOf(a, row.block, walk.samples);
    double firstSum = 0, secondSum = 0;
    for (uint column = groupOfThread(walk); column < (uint)a.columns; column += groupCount(walk))
    {
        float firstPart = 0, secondPart = 0;
        if (used == (uint)a.blockSamples)
        {
#pragma unroll 4
            for (uint lane = threadOfGroup(walk); lane < lanesOf(a); lane += groupThreads(walk))
                terms(firstPart, secondPart, column, lane);
        }
        else
        {
            for (uint step = 0; step < (uint)a.steps; step++)
                for (uint sample = threadOfGroup(walk); sample < used; sample += groupThreads(walk))
                    terms(firstPart, secondPart, column, step * a.blockSamples + sample);
        }
        firstSum += firstPart;
        secondSum += secondPart;
    }
    first = blockSum(firstSum);
    second = blockSum(secondSum);
}

struct MomentsArguments
{
    Activation input;
    ChannelWalk walk;
    double *sums; // Σ (x - x₀) and Σ (x - x₀)² of each row and channel
};

// x₀, a value of the channel: the variance about it is no small difference of large numbers.
DEVICE float origin(const Activation &input, uint channel) { return *lanesAt(input, {0, 0}, 0, channel); }

KERNEL void batchMoments(MomentsArguments a)
{
    uint channel = blockX();
    float from = origin(a.input, channel);
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.input, index);
        const float *input = lanesAt(a.input, row, 0, channel);
        double sum, squares;
        sumChannel(a.input, a.walk, row, sum, squares,
            [&](float &first, float &second, uint column, uint lane)
            {
                float d = input[column * a.input.columnStride + lane] - from;
                first += d;
                second = multiplyAdd(d, d, second);
            });
        if (threadX() == 0)
        {
            double *to = a.sums + 2 * ((ulong)index * a.input.channels + channel);
            to[0] = sum;
            to[1] = squares;
        }
    }
}

// Of a channel, over all rows in their order.
DEVICE void totals(const double *sums, uint rows, uint channels, uint channel, double &first, double &second)
{
    first = 0;
    second = 0;
    for (uint row = 0; row < rows; row++)
    {
        const double *from = sums + 2 * ((ulong)row * channels + channel);
        first += from[0];
        second += from[1];
    }
}

struct StatisticsArguments
{
    Activation input;
    const double *sums;
    float *mean;
    float *variance;
    uint rows;
    double count; // values of a channel
};

KERNEL void batchStatistics(StatisticsArguments a)
{
    for (uint channel = firstItem(); channel < (uint)a.input.channels; channel += itemStride())
    {
        double sum, squares;
        totals(a.sums, a.rows, a.input.channels, channel, sum, squares);
        double offset = sum / a.count;
        a.mean[channel] = (float)(origin(a.input, channel) + offset);
        a.variance[channel] = (float)larger(0.0, squares / a.count - offset * offset);
    }
}

struct BatchNormArguments
{
    Activation input;
    Activation output;
    Normalisation normalisation;
    ChannelWalk walk; // threads of a group take four lanes each
    int accumulate;
};

// output (+)= BatchNorm(input), over whole widths. In place.
KERNEL void batchNorm(BatchNormArguments a)
{
    uint channel = blockX();
    Affine affine = affineOf(a.normalisation, channel);
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.input, index);
        for (uint column = groupOfThread(a.walk); column < (uint)a.input.columns; column += groupCount(a.walk))
        {
            const Vector *input = foursAt(a.input, row, column, channel);
            Vector *output = foursAt(a.output, row, column, channel);
            for (uint four = threadOfGroup(a.walk); four < (uint)a.input.width / 4; four += groupThreads(a.walk))
            {
                Vector x = input[four];
                Vector shift = {affine.shift, affine.shift, affine.shift, affine.shift};
                if (a.accumulate)
                {
                    Vector old = output[four];
                    shift = {old.x + affine.shift, old.y + affine.shift, old.z + affine.shift, old.w + affine.shift};
                }
                output[four] = {multiplyAdd(x.x, affine.factor, shift.x), multiplyAdd(x.y, affine.factor, shift.y),
                    multiplyAdd(x.z, affine.factor, shift.z), multiplyAdd(x.w, affine.factor, shift.w)};
            }
        }
    }
}

struct GradientMomentsArguments
{
    Activation input;
    Activation outputGradient;
    const float *mean;
    ChannelWalk walk;
    double *sums; // Σ dy and Σ dy·(x - mean) of each row and channel
};

KERNEL void batchGradientMoments(GradientMomentsArguments a)
{
    uint channel = blockX();
    float mean = a.mean[channel];
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.input, index);
        const float *input = lanesAt(a.input, row, 0, channel);
        const float *gradient = lanesAt(a.outputGradient, row, 0, channel);
        double sum, product;
        sumChannel(a.input, a.walk, row, sum, product,
            [&](float &first, float &second, uint column, uint lane)
            {
                float d = gradient[column * a.outputGradient.columnStride + lane];
                first += d;
                second = multiplyAdd(d, input[column * a.input.columnStride + lane] - mean, second);
            });
        if (threadX() == 0)
        {
            double *to = a.sums + 2 * ((ulong)index * a.input.channels + channel);
            to[0] = sum;
            to[1] = product;
        }
    }
}

// dx = factor·dy + slope·(x - mean) + shift: factor·(dy - mean dy - x̂·mean(dy·x̂)) with x̂ = (x - mean)/√(variance + eps).
struct alignas(16) GradientFactors
{
    float factor;
    float slope;
    float shift;
    float mean;
};

struct GradientFactorsArguments
{
    const double *sums;
    Normalisation normalisation;
    GradientFactors *factors; // one a channel
    float *scaleGradient;
    float *shiftGradient;
    uint rows;
    uint channels;
    double count; // values of a channel
};

KERNEL void batchGradientFactors(GradientFactorsArguments a)
{
    for (uint channel = firstItem(); channel < a.channels; channel += itemStride())
    {
        double sum, product;
        totals(a.sums, a.rows, a.channels, channel, sum, product);
        double inverse = 1 / squareRoot((double)a.normalisation.variance[channel] + a.normalisation.epsilon);
        double factor = a.normalisation.scale[channel] * inverse;
        a.scaleGradient[channel] += (float)(product * inverse);
        a.shiftGradient[channel] += (float)sum;
        a.factors[channel] = {(float)factor, (float)(-factor * inverse * inverse * product / a.count), (float)(-factor * sum / a.count),
            a.normalisation.mean[channel]};
    }
}

struct BatchNormGradientArguments
{
    Activation input;
    Activation outputGradient; // may have more steps than the input; of those the first has all
    Activation inputGradient;
    const GradientFactors *factors;
    ChannelWalk walk; // threads of a group take four lanes each
    int accumulate;
};

// Of one lane; `old` is what it is added to.
DEVICE float inputGradientOf(GradientFactors factors, float x, float dy, float old, bool isInUse)
{
    float dx = multiplyAdd(factors.factor, dy, multiplyAdd(factors.slope, x - factors.mean, factors.shift));
    return isInUse ? old + dx : 0;
}

KERNEL void batchNormGradient(BatchNormGradientArguments a)
{
    uint channel = blockX();
    GradientFactors factors = a.factors[channel];
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.input, index);
        uint used = samplesOf(a.input, row.block, a.walk.samples);
        for (uint column = groupOfThread(a.walk); column < (uint)a.input.columns; column += groupCount(a.walk))
        {
            const Vector *input = foursAt(a.input, row, column, channel);
            const Vector *outputGradient = foursAt(a.outputGradient, row, column, channel);
            Vector *inputGradient = foursAt(a.inputGradient, row, column, channel);
            for (uint four = threadOfGroup(a.walk); four < (uint)a.input.width / 4; four += groupThreads(a.walk))
            {
                Vector x = input[four];
                Vector dy = outputGradient[four];
                Vector old = {};
                if (a.accumulate)
                    old = inputGradient[four];
                inputGradient[four] = {inputGradientOf(factors, x.x, dy.x, old.x, isInUse(a.input, 4 * four, used)),
                    inputGradientOf(factors, x.y, dy.y, old.y, isInUse(a.input, 4 * four + 1, used)),
                    inputGradientOf(factors, x.z, dy.z, old.z, isInUse(a.input, 4 * four + 2, used)),
                    inputGradientOf(factors, x.w, dy.w, old.w, isInUse(a.input, 4 * four + 3, used))};
            }
        }
    }
}
