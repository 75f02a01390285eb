// APGD's bookkeeping, a thread a sample. A loss that is no number is never above another.
#include "device.h"

// One float a sample each; IProgressOperations.cs says what they are.
struct Progress
{
    float *previous;
    float *best;
    float *improved;
    float *rises;
    float *bestAtCheckpoint;
    float *halved;
};

struct TrackLossesArguments
{
    Progress progress;
    const float *losses;
    uint samples;
};

// rises += [loss > previous]; previous = loss; improved = [loss > best]; best = loss where improved.
KERNEL void trackLosses(TrackLossesArguments arguments)
{
    const Progress &progress = arguments.progress;
    for (uint i = firstItem(); i < arguments.samples; i += itemStride())
    {
        float loss = arguments.losses[i];
        bool improves = loss > progress.best[i];
        progress.rises[i] += loss > progress.previous[i] ? 1 : 0;
        progress.previous[i] = loss;
        progress.improved[i] = improves ? 1 : 0;
        if (improves)
            progress.best[i] = loss;
    }
}

struct HalveStepsArguments
{
    Progress progress;
    const float *intervals;
    float *steps;
    float *halvedNow;
    uint samples;
};

// Where interval > 0: halved = [rises ≤ 0.75·interval, or not halved before and best ≤ bestAtCheckpoint]; the step is halved where it is 1.
KERNEL void halveSteps(HalveStepsArguments arguments)
{
    const Progress &progress = arguments.progress;
    for (uint i = firstItem(); i < arguments.samples; i += itemStride())
    {
        float interval = arguments.intervals[i];
        if (interval == 0)
        {
            arguments.halvedNow[i] = 0;
            continue;
        }
        float best = progress.best[i];
        bool oscillates = progress.rises[i] <= 0.75 * interval;
        bool stagnates = progress.halved[i] == 0 && progress.bestAtCheckpoint[i] >= best;
        float halves = oscillates || stagnates ? 1 : 0;
        progress.halved[i] = halves;
        arguments.halvedNow[i] = halves;
        if (halves != 0)
            arguments.steps[i] *= 0.5f;
        progress.bestAtCheckpoint[i] = best;
        progress.rises[i] = 0;
    }
}
