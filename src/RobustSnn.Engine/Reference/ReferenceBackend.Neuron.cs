using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Reference;

/// <summary>The neuron of METHODS 1, forward and backward. Its membrane is a float between steps, as on every device.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>u = leak·u + I[t]; s[t] = [u ≥ v]; u = (1 − s[t])·u (hard reset) or u − s[t]·v (soft)</summary>
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        if (spikes.Shape.IsBits)
        {
            var floats = HostActivation.Zero(spikes.Shape);
            Neuron(neuron, current, threshold, membrane, floats, samples);
            Pack(floats, spikes, samples);
            return;
        }

        var I = new HostActivation(current);
        var s = new HostActivation(spikes);
        var thresholds = HostBuffer.Of(threshold);
        double leak = (float)neuron.Leak;
        foreach (var at in s.Neurons(samples))
        {
            var v = Threshold(thresholds, at);
            var u = 0f;
            for (var t = 0; t < s.Steps; t++)
            {
                var now = at with { Step = t };
                u = (float)(leak * u + I[now]);
                var spike = u >= v ? 1 : 0;
                if (membrane is not null)
                    new HostActivation(membrane)[now] = u;
                s[now] = spike;
                u = neuron.Reset.IsHard ? (spike == 1 ? 0 : u) : u - spike * v; // a hard reset is 0 whatever u was
            }
        }
    }

    /// <summary>
    /// With z = u[t] − v, s = [u[t] ≥ v], h = ds/dz and u' the membrane after the reset:
    /// ds/du = h, ds/dv = −h; hard: du'/du = (1 − s) − u·h, du'/dv = u·h; soft: du'/du = 1 − v·h, du'/dv = v·h − s.
    /// Backward from the last step: du[t] = ds[t]·h + du'[t]·du'/du, where du'[t] = leak·du[t + 1]; dI[t] = du[t];
    /// dv += Σ ds[t]·(−h) + du'[t]·du'/dv.
    /// </summary>
    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        var u = new HostActivation(membrane);
        BackThroughTime(neuron, (at, v) => surrogate.Derivative(u[at] - v), u, HostBuffer.Of(threshold), spikeGradient, currentGradient, accumulate,
            thresholdGradient, samples);
    }

    private static void BackThroughTime(NeuronModel neuron, Func<Site, double, double> slope, HostActivation u, float[] thresholds,
        Activation spikeGradient, Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        var ds = new HostActivation(spikeGradient);
        var dI = Gradient(currentGradient, samples);
        double leak = (float)neuron.Leak;
        var dv = new double[thresholds.Length];
        foreach (var at in u.Neurons(samples))
        {
            double v = Threshold(thresholds, at);
            var afterReset = 0.0;
            var sum = 0.0;
            for (var t = u.Steps - 1; t >= 0; t--)
            {
                var now = at with { Step = t };
                var h = slope(now, v);
                var s = u[now] >= v ? 1 : 0;
                var (resetByMembrane, resetByThreshold) = neuron.Reset.IsHard
                    ? (1 - s - u[now] * h, u[now] * h)
                    : (1 - v * h, v * h - s);
                dv[thresholds.Length == 1 ? 0 : at.Channel] += ds[now] * -h + afterReset * resetByThreshold;
                var du = ds[now] * h + afterReset * resetByMembrane;
                sum += du;
                if (dI.Steps == u.Steps)
                    Put(ref dI[now], du, accumulate);
                afterReset = leak * du;
            }

            if (dI.Steps != u.Steps)
                Put(ref dI[at], sum, accumulate);
        }

        if (thresholdGradient is not null)
            Add(dv, thresholdGradient);
    }

    /// <summary>dI[t] (+)= ds[t]·[some u[t'] ≥ v]</summary>
    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var u = new HostActivation(membrane);
        var ds = new HostActivation(spikeGradient);
        var dI = Gradient(currentGradient, samples);
        var thresholds = HostBuffer.Of(threshold);
        foreach (var at in dI.Sites(samples))
        {
            var v = Threshold(thresholds, at);
            var fired = Enumerable.Range(0, u.Steps).Any(t => u[at with { Step = t }] >= v);
            Put(ref dI[at], fired ? ds.SumFor(dI, at) : 0, accumulate);
        }
    }

    /// <summary>dI[t] (+)= ds[t]·slope(x̄)/v, x̄ = mean_t (u[t] − leak·u'[t − 1])/v, u' the membrane after the reset</summary>
    public void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var u = new HostActivation(membrane);
        var ds = new HostActivation(spikeGradient);
        var dI = Gradient(currentGradient, samples);
        var thresholds = HostBuffer.Of(threshold);
        double leak = (float)neuron.Leak;
        foreach (var at in dI.Sites(samples))
        {
            double v = Threshold(thresholds, at);
            var sum = 0.0;
            var afterReset = 0.0;
            for (var t = 0; t < u.Steps; t++)
            {
                double now = u[at with { Step = t }];
                sum += now - leak * afterReset;
                var fires = now >= v;
                afterReset = neuron.Reset.IsHard ? (fires ? 0 : now) : now - (fires ? v : 0);
            }

            Put(ref dI[at], ds.SumFor(dI, at) * RateSlope.Of(sum / u.Steps / v, leak) / v, accumulate);
        }
    }

    /// <summary>dI[t] (+)= mean_t ds[t]·max(0, 1 − |z[t]|)/v, z = (u − v)/v; a static current gets T times that</summary>
    public void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var u = new HostActivation(membrane);
        var ds = new HostActivation(spikeGradient);
        var dI = Gradient(currentGradient, samples);
        var thresholds = HostBuffer.Of(threshold);
        foreach (var at in u.Neurons(samples))
        {
            double v = Threshold(thresholds, at);
            var sum = 0.0;
            for (var t = 0; t < u.Steps; t++)
            {
                var now = at with { Step = t };
                sum += ds[now] * Surrogate.Default.Derivative((u[now] - v) / v) / v;
            }

            for (var t = 0; t < dI.Steps; t++)
                Put(ref dI[at with { Step = t }], sum / dI.Steps, accumulate);
        }
    }

    /// <summary>v of a neuron: the layer's, or its channel's.</summary>
    private static float Threshold(float[] thresholds, Site at) => thresholds[thresholds.Length == 1 ? 0 : at.Channel];
}
