using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

/// <remarks>A number a sample: one thread is the fast version.</remarks>
public sealed unsafe partial class CpuBackend
{
    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples)
    {
        using var turn = TakeTurn();
        var previous = Pointer(progress.Previous);
        var best = Pointer(progress.Best);
        var rises = Pointer(progress.Rises);
        for (var i = 0; i < samples; i++)
        {
            var loss = Pointer(losses)[i];
            rises[i] += loss > previous[i] ? 1 : 0;
            previous[i] = loss;
            var improved = loss > best[i];
            Pointer(progress.Improved)[i] = improved ? 1 : 0;
            best[i] = improved ? loss : best[i];
        }
    }

    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples)
    {
        using var turn = TakeTurn();
        var best = Pointer(progress.Best);
        var bestAtCheckpoint = Pointer(progress.BestAtCheckpoint);
        var halved = Pointer(progress.Halved);
        for (var i = 0; i < samples; i++)
        {
            var interval = Pointer(intervals)[i];
            Pointer(halvedNow)[i] = 0;
            if (interval == 0)
            {
                continue;
            }

            var oscillates = Pointer(progress.Rises)[i] <= 0.75 * interval;
            var stagnates = halved[i] == 0 && bestAtCheckpoint[i] >= best[i];
            halved[i] = oscillates || stagnates ? 1 : 0;
            Pointer(halvedNow)[i] = halved[i];
            Pointer(steps)[i] *= halved[i] != 0 ? 0.5f : 1;
            bestAtCheckpoint[i] = best[i];
            Pointer(progress.Rises)[i] = 0;
        }
    }
}
