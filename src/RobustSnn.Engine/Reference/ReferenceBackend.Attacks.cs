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

    /// <summary>z = P(x + steps[b]·d(g)); output = P(x + momenta[b]·(z − x) + (1 − momenta[b])·(x − previous))</summary>
    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
        {
            var z = Stepped(sample, pixels, gradient, origin, steps, budget);
            var x = Image(pixels, sample, z.Length);
            var before = Image(previous, sample, z.Length);
            double momentum = HostBuffer.Of(momenta)[sample];
            var moved = z.Select((each, i) => x[i] + momentum * (each - x[i]) + (1 - momentum) * (x[i] - before[i])).ToArray();
            Put(Projected(moved, Image(origin, sample, z.Length), budget), sample, output);
        }
    }

    /// <summary>
    /// m = 0.5·m + g/mean|g|; v = 0.8·v + g²/mean(g²); output = P(x + clip(η·m/(√v + 1e-12), −η, η)), η = steps[b]; m and v are floats
    /// between steps, as on every device
    /// </summary>
    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean,
        DeviceBuffer square, float radius, DeviceBuffer output, int samples)
    {
        var length = SampleLength(pixels, steps);
        for (var sample = 0; sample < samples; sample++)
        {
            var g = Image(gradient, sample, length);
            var size = g.Average(Math.Abs);
            var power = g.Average(each => each * each);
            var adds = size > 0 && double.IsFinite(size);
            Put([.. Image(mean, sample, length).Select((m, i) => 0.5 * m + (adds ? g[i] / size : 0))], sample, mean);
            Put([.. Image(square, sample, length).Select((v, i) => 0.8 * v + (adds ? g[i] * g[i] / power : 0))], sample, square);
            var m = Image(mean, sample, length);
            var v = Image(square, sample, length);
            double step = HostBuffer.Of(steps)[sample];
            var moved = Image(pixels, sample, length).Select((x, i) => x + Math.Clamp(step * m[i] / (Math.Sqrt(v[i]) + 1e-12), -step, step));
            Put(Projected([.. moved], Image(origin, sample, length), Budget.Pixels(radius)), sample, output);
        }
    }

    /// <summary>draws = ε·t/max|t|, t = 2·draws − 1, each a float as on every device</summary>
    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples)
    {
        var length = SampleLength(draws, perSample);
        for (var sample = 0; sample < samples; sample++)
        {
            var t = Image(draws, sample, length).Select(draw => (double)(float)(2 * draw - 1)).ToArray();
            var largest = t.Max(Math.Abs);
            Put([.. t.Select(each => largest > 0 ? radius * each / largest : 0)], sample, draws);
        }
    }

    /// <summary>distance[b] = ε·u[b]^(1/d)</summary>
    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples)
    {
        for (var sample = 0; sample < samples; sample++)
            HostBuffer.Of(distances)[sample] = (float)(radius * Math.Pow(HostBuffer.Of(draws)[sample], 1.0 / dimensions));
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
