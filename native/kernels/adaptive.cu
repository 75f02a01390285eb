// Surrogates that adapt to each sample, neuron and step (METHODS 10): the derivatives that neuronSlopeGradient takes.
#include "neuron.h"

struct SharpnessArguments
{
    Activation membrane;
    Activation mean;
    Activation deviation;
    Activation slopes; // may be the membrane
    Thresholds thresholds;
    ChannelWalk walk;
    float scale;
    int learns;
};

// ASSG: new moments of |z|, and the derivatives that follow from them. Of samples that are not in use nothing is learned, and slopes are 0.
KERNEL void adaptSharpness(SharpnessArguments a)
{
    constexpr float HALF_PI = 1.57079632679489662f;
    uint channel = blockX();
    float v = thresholdOf(a.thresholds, channel);
    float unit = 1 / v;
    for (uint index = blockY(); index < a.walk.rows; index += gridY())
    {
        Row row = rowOf(a.membrane, index);
        uint used = samplesOf(a.membrane, row.block, a.walk.samples);
        for (uint column = groupOfThread(a.walk); column < (uint)a.membrane.columns; column += groupCount(a.walk))
        {
            const float *membranes = lanesAt(a.membrane, row, column, channel);
            float *means = lanesAt(a.mean, row, column, channel);
            float *deviations = lanesAt(a.deviation, row, column, channel);
            float *slopes = lanesAt(a.slopes, row, column, channel);
            for (uint lane = threadOfGroup(a.walk); lane < (uint)a.membrane.width; lane += groupThreads(a.walk))
            {
                if (!isInUse(a.membrane, lane, used))
                {
                    slopes[lane] = 0;
                    continue;
                }
                float z = (membranes[lane] - v) * unit;
                float m = means[lane];
                float d = deviations[lane];
                if (a.learns)
                {
                    m = m * 0.9f + absolute(z) * 0.1f;
                    d = d * 0.9f + absolute(absolute(z) - m) * 0.1f;
                    means[lane] = m;
                    deviations[lane] = d;
                }
                float sharpness = a.scale / (m + d * 1.5f + 1e-4f);
                float angle = sharpness * z * HALF_PI;
                slopes[lane] = sharpness * unit / ((1 + angle * angle) * 2);
            }
        }
    }
}

struct PotentialArguments
{
    Activation membrane;
    Activation slopes; // may be the membrane
    Thresholds thresholds;
    uint samples;
    uint lots; // of 32 samples, in all lane blocks in use: y of the blocks of threads; x is the channel
};

// The warps of a block of threads, which take positions in turn, each thread its sample's.
template <typename Visit> DEVICE void forPositions(const Activation &a, Visit visit)
{
    uint row = 0;
    for (uint column = threadX() / WARP;; column += blockThreads() / WARP)
    {
        for (; column >= (uint)a.columns; column -= a.columns)
            row++;
        if (row >= (uint)a.rows)
            return;
        visit(row, column);
    }
}

// PDSG: how far the membranes of each sample have spread up to every step, then the density of that width. Sums are from the first membrane of
// each sample on, so that those of equal ones are exactly 0: the deviation of equal numbers is 0, and of no rounding.
KERNEL void potentialSlopes(PotentialArguments a)
{
    constexpr double SHARPEST = 1e30; // of 1/σ: what follows from it stays a float
    constexpr float DENSITY = 0.398942280401432678f; // 1/√(2π)
    SHARED static double sums[BLOCK / WARP][WARP], squares[BLOCK / WARP][WARP];
    uint channel = blockX();
    uint warp = threadX() / WARP;
    uint inWarp = threadX() % WARP;
    float v = thresholdOf(a.thresholds, channel);
    float unit = 1 / v;
    uint blockLots = (a.membrane.blockSamples + WARP - 1) / WARP;
    for (uint lot = blockY(); lot < a.lots; lot += gridY())
    {
        uint block = lot / blockLots;
        uint sample = lot % blockLots * WARP + inWarp;
        bool isUsed = sample < samplesOf(a.membrane, block, a.samples);
        double count = 0, sum = 0, square = 0; // up to the step, of all warps
        float first = isUsed ? *stepsAt(a.membrane, {block, 0}, 0, channel, sample).first : 0;
        for (uint step = 0; step < (uint)a.membrane.steps; step++)
        {
            double stepSum = 0, stepSquare = 0;
            if (isUsed)
                forPositions(a.membrane,
                    [&](uint row, uint column)
                    {
                        double d = (double)load(stepsAt(a.membrane, {block, row}, column, channel, sample), step) - first;
                        stepSum += d;
                        stepSquare += d * d;
                    });
            sums[warp][inWarp] = stepSum;
            squares[warp][inWarp] = stepSquare;
            synchroniseBlock();
            for (uint i = 0; i < blockThreads() / WARP; i++)
            {
                sum += sums[i][inWarp];
                square += squares[i][inWarp];
            }
            synchroniseBlock();
            count += (double)a.membrane.rows * a.membrane.columns;
            double variance = (square - sum * sum / count) / (count - 1); // of one value 0/0
            double deviation = variance > 0 ? squareRoot(variance) * unit : 1;
            float half = (float)(deviation / 2);
            float sharpness = (float)smaller(1 / deviation, SHARPEST);
            if (sample < (uint)a.membrane.blockSamples)
                forPositions(a.membrane,
                    [&](uint row, uint column)
                    {
                        float u = isUsed ? load(stepsAt(a.membrane, {block, row}, column, channel, sample), step) : 0;
                        float x = ((u - v) * unit - half) * sharpness;
                        store(stepsAt(a.slopes, {block, row}, column, channel, sample), step,
                            isUsed ? exponential(x * x * -0.5f) * (sharpness * (DENSITY * unit)) : 0);
                    });
        }
    }
}
