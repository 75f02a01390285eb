using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Reference;

/// <summary>Surrogates that adapt (METHODS 10).</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>
    /// z = (u − v)/v; M = 0.9·M + 0.1·|z|; D = 0.9·D + 0.1·||z| − M|, both only where it learns; α = a/(M + 1.5·D + 1e-4);
    /// ds/du = α/(2·(1 + (π/2·α·z)²))/v
    /// </summary>
    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation,
        Activation slopes, bool learns, int samples)
    {
        var u = new HostActivation(membrane);
        var M = new HostActivation(mean);
        var D = new HostActivation(deviation);
        var h = new HostActivation(slopes);
        var thresholds = HostBuffer.Of(threshold);
        foreach (var at in u.Sites(samples))
        {
            double v = Threshold(thresholds, at);
            var z = (u[at] - v) / v;
            var m = learns ? 0.9 * M[at] + 0.1 * Math.Abs(z) : M[at];
            var d = learns ? 0.9 * D[at] + 0.1 * Math.Abs(Math.Abs(z) - m) : D[at];
            (M[at], D[at]) = ((float)m, (float)d);
            var sharpness = scale / (m + 1.5 * d + 1e-4);
            h[at] = (float)(sharpness / (2 * (1 + Math.Pow(Math.PI / 2 * sharpness * z, 2))) / v);
        }
    }

    /// <summary>
    /// σ[t]² = Σ (u − mean u)²/(n − 1)/v² of a sample and channel over rows, columns and steps up to t, 1 where that is 0 or n = 1;
    /// z = (u − v)/v; ds/du = exp(−((z − σ/2)/σ)²/2)/(σ·√(2π))/v
    /// </summary>
    public void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples)
    {
        var u = new HostActivation(membrane);
        var h = new HostActivation(slopes);
        var thresholds = HostBuffer.Of(threshold);
        foreach (var map in u.Neurons(samples).GroupBy(at => (at.Sample, at.Channel)).Select(group => group.ToArray()))
        {
            double v = Threshold(thresholds, map[0]);
            var deviations = Enumerable.Range(0, u.Steps).Select(step =>
            {
                var seen = Enumerable.Range(0, step + 1).SelectMany(t => map.Select(at => (double)u[at with { Step = t }])).ToArray();
                var mean = seen.Average();
                var deviation = Math.Sqrt(seen.Sum(each => (each - mean) * (each - mean)) / (seen.Length - 1)) / v;
                return deviation > 0 ? deviation : 1;
            }).ToArray();
            foreach (var now in deviations.Index().SelectMany(step => map.Select(at => at with { Step = step.Index })))
            {
                var deviation = deviations[now.Step];
                var x = ((u[now] - v) / v - deviation / 2) / deviation;
                h[now] = (float)(Math.Exp(-x * x / 2) / (deviation * Math.Sqrt(2 * Math.PI)) / v);
            }
        }
    }

    /// <summary>As NeuronGradient, with h[t] given.</summary>
    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var h = new HostActivation(slopes);
        BackThroughTime(neuron, (at, _) => h[at], new HostActivation(membrane), HostBuffer.Of(threshold), spikeGradient, currentGradient, accumulate,
            null, samples);
    }
}
