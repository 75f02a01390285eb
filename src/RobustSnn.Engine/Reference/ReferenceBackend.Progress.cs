using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>APGD's bookkeeping (METHODS 8).</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>rises += [l &gt; previous]; previous = l; improved = [l &gt; best]; best = l where improved</summary>
    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var loss = HostBuffer.Of(losses)[sample];
            if (loss > HostBuffer.Of(progress.Previous)[sample])
                HostBuffer.Of(progress.Rises)[sample]++;
            HostBuffer.Of(progress.Previous)[sample] = loss;
            var improves = loss > HostBuffer.Of(progress.Best)[sample];
            HostBuffer.Of(progress.Improved)[sample] = improves ? 1 : 0;
            if (improves)
                HostBuffer.Of(progress.Best)[sample] = loss;
        }
    }

    /// <summary>
    /// Where interval[b] &gt; 0: halved = [rises ≤ 0.75·interval ∨ ¬halved ∧ best ≤ bestAtCheckpoint]; step /= 2 where halved;
    /// bestAtCheckpoint = best; rises = 0. halvedNow[b] = [interval[b] &gt; 0 ∧ halved]
    /// </summary>
    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            double interval = HostBuffer.Of(intervals)[sample];
            HostBuffer.Of(halvedNow)[sample] = 0;
            if (interval == 0)
                continue;
            var best = HostBuffer.Of(progress.Best)[sample];
            var wasHalved = HostBuffer.Of(progress.Halved)[sample] != 0;
            var halves = HostBuffer.Of(progress.Rises)[sample] <= 0.75 * interval
                || (!wasHalved && best <= HostBuffer.Of(progress.BestAtCheckpoint)[sample]);
            HostBuffer.Of(progress.Halved)[sample] = halves ? 1 : 0;
            HostBuffer.Of(halvedNow)[sample] = halves ? 1 : 0;
            if (halves)
                HostBuffer.Of(steps)[sample] /= 2;
            HostBuffer.Of(progress.BestAtCheckpoint)[sample] = best;
            HostBuffer.Of(progress.Rises)[sample] = 0;
        }
    }
}
