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

    /// <summary>As NeuronGradient, with h[t] given.</summary>
    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var h = new HostActivation(slopes);
        BackThroughTime(neuron, (at, _) => h[at], new HostActivation(membrane), HostBuffer.Of(threshold), spikeGradient, currentGradient, accumulate,
            null, samples);
    }
}
