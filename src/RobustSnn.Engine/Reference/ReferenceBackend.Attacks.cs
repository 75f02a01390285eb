using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>Steps of an attack on pixels in [0, 1]. The per-sample buffer (steps, selected) has one float for each sample of the batch.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>output = P(x + steps[b]·d(g)), P the projection into the ball round the origin, then into [0, 1]</summary>
    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget,
        DeviceBuffer output, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
            Put(Stepped(sample, pixels, gradient, origin, steps, budget), sample, output);
    }

    /// <summary>z = P(x + steps[b]·d(g)); output = P(x + momentum·(z − x) + (1 − momentum)·(x − previous))</summary>
    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, Budget budget, DeviceBuffer output, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var z = Stepped(sample, pixels, gradient, origin, steps, budget);
            var x = Image(pixels, sample, z.Length);
            var before = Image(previous, sample, z.Length);
            var moved = z.Select((each, i) => x[i] + momentum * (each - x[i]) + (1.0 - momentum) * (x[i] - before[i])).ToArray();
            Put(Projected(moved, Image(origin, sample, z.Length), budget), sample, output);
        }
    }

    /// <summary>wrong[b] = [some f is no finite number, or argmax f ≠ y]; everWrong[b] = 1 where wrong[b]</summary>
    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var f = Row(logits, sample, classes);
            var isWrong = !f.All(double.IsFinite) || Array.IndexOf(f, f.Max()) != HostBuffer.Of(labels)[sample];
            HostBuffer.Of(wrong)[sample] = isWrong ? 1 : 0;
            if (isWrong && everWrong is not null)
                HostBuffer.Of(everWrong)[sample] = 1;
        }
    }

    /// <summary>target[b] = source[b] where selected[b] ≠ 0</summary>
    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        var length = SampleLength(source, selected);
        for (var sample = 0; sample < samples; sample++)
        {
            if (HostBuffer.Of(selected)[sample] != 0)
                Array.Copy(HostBuffer.Of(source), sample * length, HostBuffer.Of(target), sample * length, length);
        }
    }

    /// <summary>notFinite[b] = 1 where some g is no finite number; vanished[b] = [every g = 0]</summary>
    public void InspectGradient(DeviceBuffer gradient, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var g = Image(gradient, sample, SampleLength(gradient, notFinite));
            if (!g.All(double.IsFinite))
                HostBuffer.Of(notFinite)[sample] = 1;
            if (vanished is not null)
                HostBuffer.Of(vanished)[sample] = g.All(each => each == 0) ? 1 : 0;
        }
    }

    private static int SampleLength(DeviceBuffer values, DeviceBuffer perSample) => (int)(values.Length / perSample.Length);

    private static double[] Image(DeviceBuffer images, int sample, int length) =>
        [.. HostBuffer.Of(images).Skip(sample * length).Take(length).Select(value => (double)value)];

    /// <summary>P(x + step·d), d = sign(g) for L∞ and g/‖g‖ for L2</summary>
    private static double[] Stepped(int sample, DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget)
    {
        var length = SampleLength(pixels, steps);
        var x = Image(pixels, sample, length);
        var g = Image(gradient, sample, length);
        var norm = Math.Sqrt(g.Sum(each => each * each));
        double step = HostBuffer.Of(steps)[sample];
        var moved = x.Select((each, i) => each + step * (budget.Norm == Norm.Infinity
            ? double.IsNaN(g[i]) ? 0 : Math.Sign(g[i])
            : norm > 0 && double.IsFinite(norm) ? g[i] / norm : 0)).ToArray();
        return Projected(moved, Image(origin, sample, length), budget);
    }

    /// <summary>L∞: each pixel clamped to origin ± ε. L2: the change scaled to a length of at most ε. Then into [0, 1].</summary>
    private static double[] Projected(double[] x, double[] origin, Budget budget)
    {
        var distance = Math.Sqrt(x.Zip(origin, (each, from) => (each - from) * (each - from)).Sum());
        var scale = distance > budget.Radius ? budget.Radius / distance : 1;
        return [.. x.Select((each, i) => (double)(float)Math.Clamp(budget.Norm == Norm.Infinity
            ? Math.Clamp(each, origin[i] - budget.Radius, origin[i] + budget.Radius)
            : origin[i] + scale * (each - origin[i]), 0, 1))];
    }

    private static void Put(double[] image, int sample, DeviceBuffer target)
    {
        for (var i = 0; i < image.Length; i++)
            HostBuffer.Of(target)[sample * image.Length + i] = (float)image[i];
    }
}
