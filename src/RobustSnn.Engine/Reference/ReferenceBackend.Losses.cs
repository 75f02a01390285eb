using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>Losses of one sample's logits f and reference logits r, p = softmax f, q = softmax r, and their gradients.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>A loss, dL/df and, where there are reference logits, dL/dr.</summary>
    private readonly record struct SampleLoss(double Loss, double[] Gradient, double[]? ReferenceGradient = null);

    /// <summary>losses[i] = L(f[i], r[i], y[i]); df[i] += scale·dL/df; dr[i] += scale·dL/dr</summary>
    /// <exception cref="ArgumentNullException">The loss compares with reference logits, or names a target class, and there are none.</exception>
    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, loss.LeastClasses());
        for (var sample = 0; sample < samples; sample++)
        {
            var f = Row(logits, sample, classes);
            var y = Class(labels, sample, classes);
            var result = loss switch
            {
                Operations.LogitLoss.CrossEntropy => CrossEntropy(f, y),
                Operations.LogitLoss.KullbackLeibler => KullbackLeibler(f, Row(reference, sample, classes)),
                Operations.LogitLoss.DifferenceOfLogitsRatio => DifferenceOfLogitsRatio(f, y),
                Operations.LogitLoss.BoostedCrossEntropy => BoostedCrossEntropy(f, y),
                Operations.LogitLoss.MisclassificationAwareKullbackLeibler =>
                    MisclassificationAwareKullbackLeibler(f, Row(reference, sample, classes), y),
                Operations.LogitLoss.TargetedDifferenceOfLogitsRatio => TargetedDifferenceOfLogitsRatio(f, y, Class(targets, sample, classes)),
                Operations.LogitLoss.TargetLogit => TargetLogit(f, Class(targets, sample, classes)),
                Operations.LogitLoss.LogitDifference => LogitDifference(f, y, Class(targets, sample, classes)),
                _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "not a loss"),
            };
            HostBuffer.Of(losses)[sample] = (float)result.Loss;
            AddRow(gradient, sample, scale, result.Gradient);
            AddRow(referenceGradient, sample, scale, result.ReferenceGradient);
        }
    }

    /// <summary>L = −log p_y; dL/df = p − e_y</summary>
    private static SampleLoss CrossEntropy(double[] f, int y) => new(-LogSoftmax(f)[y], Each(f, (p, j) => p - Unit(j, y)));

    /// <summary>L = Σ q·(log q − log p); dL/df = p − q; dL/dr = q·(log q − log p − L)</summary>
    private static SampleLoss KullbackLeibler(double[] f, double[] r)
    {
        var logP = LogSoftmax(f);
        var logQ = LogSoftmax(r);
        var loss = Enumerable.Range(0, f.Length).Sum(i => Math.Exp(logQ[i]) * (logQ[i] - logP[i]));
        return new SampleLoss(loss, Each(f, (p, j) => p - Math.Exp(logQ[j])), Each(r, (q, j) => q * (logQ[j] - logP[j] - loss)));
    }

    /// <summary>
    /// L = −n/d, n = f_y − f_m, d = f_π1 − f_π3 + 1e-12, m the largest wrong class; dL/df = −(e_y − e_m)/d + n/d²·(e_π1 − e_π3).
    /// The first of equal logits counts as the larger.
    /// </summary>
    private static SampleLoss DifferenceOfLogitsRatio(double[] f, int y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(f.Length, 3);
        var π = Enumerable.Range(0, f.Length).OrderByDescending(j => f[j]).ToArray();
        var m = LargestWrong(f, y);
        var n = f[y] - f[m];
        var d = f[π[0]] - f[π[2]] + 1e-12;
        return new SampleLoss(-n / d, Each(f, (_, j) =>
            -(Unit(j, y) - Unit(j, m)) / d + n / (d * d) * (Unit(j, π[0]) - Unit(j, π[2]))));
    }

    /// <summary>
    /// L = −n/d, n = f_y − f_t, d = f_π1 − (f_π3 + f_π4)/2 + 1e-12; dL/df = −(e_y − e_t)/d + n/d²·(e_π1 − (e_π3 + e_π4)/2). The first of equal
    /// logits counts as the larger.
    /// </summary>
    private static SampleLoss TargetedDifferenceOfLogitsRatio(double[] f, int y, int t)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(f.Length, 4);
        var π = Enumerable.Range(0, f.Length).OrderByDescending(j => f[j]).ToArray();
        var n = f[y] - f[t];
        var d = f[π[0]] - (f[π[2]] + f[π[3]]) / 2 + 1e-12;
        return new SampleLoss(-n / d, Each(f, (_, j) =>
            -(Unit(j, y) - Unit(j, t)) / d + n / (d * d) * (Unit(j, π[0]) - (Unit(j, π[2]) + Unit(j, π[3])) / 2)));
    }

    /// <summary>L = f_t; dL/df = e_t</summary>
    private static SampleLoss TargetLogit(double[] f, int t) => new(f[t], Each(f, (_, j) => Unit(j, t)));

    /// <summary>L = f_t − f_y; dL/df = e_t − e_y</summary>
    private static SampleLoss LogitDifference(double[] f, int y, int t) => new(f[t] - f[y], Each(f, (_, j) => Unit(j, t) - Unit(j, y)));

    /// <summary>L = −log p_y − log a, a = 1.0001 − p_m + 1e-12, m the largest wrong class; dL/df = p − e_y + p_m·(e_m − p)/a</summary>
    private static SampleLoss BoostedCrossEntropy(double[] f, int y)
    {
        var logP = LogSoftmax(f);
        var m = LargestWrong(f, y);
        var a = 1.0001 - Math.Exp(logP[m]) + 1e-12;
        return new SampleLoss(-logP[y] - Math.Log(a), Each(f, (p, j) => p - Unit(j, y) + Math.Exp(logP[m]) * (Unit(j, m) - p) / a));
    }

    /// <summary>
    /// L = w·K, w = 1.0000001 − q_y, K = Σ q·(log q − log(p + δ)), δ = 1e-12; with c = q/(p + δ):
    /// dL/df = w·p·(Σ c·p − c); dL/dr = w·q·(log q − log(p + δ) − K) − K·q_y·(e_y − q)
    /// </summary>
    private static SampleLoss MisclassificationAwareKullbackLeibler(double[] f, double[] r, int y)
    {
        const double δ = 1e-12;
        var p = LogSoftmax(f).Select(Math.Exp).ToArray();
        var logQ = LogSoftmax(r);
        double LogRatio(int i) => logQ[i] - Math.Log(p[i] + δ);
        double C(int i) => Math.Exp(logQ[i]) / (p[i] + δ);

        var w = 1.0000001 - Math.Exp(logQ[y]);
        var k = Enumerable.Range(0, f.Length).Sum(i => Math.Exp(logQ[i]) * LogRatio(i));
        var mean = Enumerable.Range(0, f.Length).Sum(i => C(i) * p[i]);
        return new SampleLoss(w * k,
            Each(f, (pj, j) => w * pj * (mean - C(j))),
            Each(r, (qj, j) => w * qj * (LogRatio(j) - k) - k * Math.Exp(logQ[y]) * (Unit(j, y) - qj)));
    }

    private static double[] LogSoftmax(double[] f)
    {
        var largest = f.Max();
        var logSum = largest + Math.Log(f.Sum(x => Math.Exp(x - largest)));
        return Array.ConvertAll(f, x => x - logSum);
    }

    /// <summary>A vector from each class's probability and index.</summary>
    private static double[] Each(double[] f, Func<double, int, double> value) => LogSoftmax(f).Select((log, j) => value(Math.Exp(log), j)).ToArray();

    private static double Unit(int j, int index) => j == index ? 1 : 0;

    private static int LargestWrong(double[] f, int y) => Enumerable.Range(0, f.Length).Where(j => j != y).MaxBy(j => f[j]);

    private static int Class(DeviceBuffer? buffer, int sample, int classes)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var found = (int)HostBuffer.Of(buffer)[sample];
        ArgumentOutOfRangeException.ThrowIfNegative(found);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(found, classes);
        return found;
    }

    private static double[] Row(DeviceBuffer? buffer, int sample, int classes)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return Array.ConvertAll(HostBuffer.Of(buffer)[(sample * classes)..((sample + 1) * classes)], x => (double)x);
    }

    private static void AddRow(DeviceBuffer? target, int sample, float scale, double[]? gradient)
    {
        if (target is null || gradient is null)
            return;
        for (var j = 0; j < gradient.Length; j++)
            Put(ref HostBuffer.Of(target)[sample * gradient.Length + j], scale * gradient[j], accumulate: true);
    }
}
