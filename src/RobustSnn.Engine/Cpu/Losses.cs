using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    /// <remarks>A batch has samples × classes logits, a few thousand numbers: plain loops in double are the fast version.</remarks>
    public void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, loss.LeastClasses());
        if (loss.HasReference())
        {
            ArgumentNullException.ThrowIfNull(reference);
        }

        if (loss.HasTarget())
        {
            ArgumentNullException.ThrowIfNull(targets);
        }

        using var memory = PieceMemory.Begin();
        var p = memory.Doubles(classes);
        var q = memory.Doubles(classes);
        var df = memory.Doubles(classes);
        var dr = memory.Doubles(classes);
        for (var sample = 0; sample < samples; sample++)
        {
            var f = Pointer(logits) + sample * classes;
            var label = Class(labels, sample, classes, nameof(labels));
            var target = loss.HasTarget() ? Class(targets!, sample, classes, nameof(targets)) : label;
            var r = reference is null ? null : Pointer(reference) + sample * classes;
            new Span<double>(df, classes).Clear();
            new Span<double>(dr, classes).Clear();
            Pointer(losses)[sample] = (float)(loss switch
            {
                Operations.LogitLoss.CrossEntropy => CrossEntropy(f, label, classes, p, df),
                Operations.LogitLoss.KullbackLeibler => KullbackLeibler(f, r, classes, p, q, df, dr),
                Operations.LogitLoss.DifferenceOfLogitsRatio => DifferenceOfLogitsRatio(f, label, classes, df),
                Operations.LogitLoss.BoostedCrossEntropy => BoostedCrossEntropy(f, label, classes, p, df),
                Operations.LogitLoss.MisclassificationAwareKullbackLeibler => MisclassificationAware(f, r, label, classes, p, q, df, dr),
                Operations.LogitLoss.TargetedDifferenceOfLogitsRatio => TargetedDifferenceOfLogitsRatio(f, label, target, classes, df),
                Operations.LogitLoss.TargetLogit => TargetLogit(f, target, df),
                Operations.LogitLoss.LogitDifference => LogitDifference(f, label, target, df),
                _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "not a loss"),
            });
            Add(gradient, df, sample, classes, scale);
            Add(referenceGradient, dr, sample, classes, scale);
        }
    }

    private static int Class(DeviceBuffer buffer, int sample, int classes, string name)
    {
        var found = (int)Pointer(buffer)[sample];
        ArgumentOutOfRangeException.ThrowIfNegative(found, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(found, classes, name);
        return found;
    }

    private static void Add(DeviceBuffer? target, double* values, int sample, int classes, float scale)
    {
        if (target is not null)
        {
            for (var k = 0; k < classes; k++)
            {
                Pointer(target)[sample * classes + k] += (float)(scale * values[k]);
            }
        }
    }

    /// <summary>Writes log softmax of f into <paramref name="logs"/>.</summary>
    private static void LogSoftmax(float* f, int classes, double* logs)
    {
        var largest = double.NegativeInfinity;
        for (var k = 0; k < classes; k++)
        {
            largest = Math.Max(largest, f[k]);
        }

        var sum = 0.0;
        for (var k = 0; k < classes; k++)
        {
            sum += Math.Exp(f[k] - largest);
        }

        for (var k = 0; k < classes; k++)
        {
            logs[k] = f[k] - largest - Math.Log(sum);
        }
    }

    private static double CrossEntropy(float* f, int label, int classes, double* logs, double* df)
    {
        LogSoftmax(f, classes, logs);
        for (var k = 0; k < classes; k++)
        {
            df[k] = Math.Exp(logs[k]) - (k == label ? 1 : 0);
        }

        return -logs[label];
    }

    private static double KullbackLeibler(float* f, float* r, int classes, double* p, double* q, double* df, double* dr)
    {
        LogSoftmax(f, classes, p);
        LogSoftmax(r, classes, q);
        var loss = 0.0;
        for (var k = 0; k < classes; k++)
        {
            loss += Math.Exp(q[k]) * (q[k] - p[k]);
        }

        for (var k = 0; k < classes; k++)
        {
            df[k] = Math.Exp(p[k]) - Math.Exp(q[k]);
            dr[k] = Math.Exp(q[k]) * (q[k] - p[k] - loss);
        }

        return loss;
    }

    private static double DifferenceOfLogitsRatio(float* f, int label, int classes, double* df)
    {
        int first = -1, second = -1, third = -1;
        for (var k = 0; k < classes; k++)
        {
            if (first < 0 || f[k] > f[first])
            {
                (first, second, third) = (k, first, second);
            }
            else if (second < 0 || f[k] > f[second])
            {
                (second, third) = (k, second);
            }
            else if (third < 0 || f[k] > f[third])
            {
                third = k;
            }
        }

        var rival = first == label ? second : first;
        var divisor = (double)f[first] - f[third] + 1e-12;
        var loss = -((double)f[label] - f[rival]) / divisor;
        df[label] -= 1 / divisor;
        df[rival] += 1 / divisor;
        df[first] -= loss / divisor;
        df[third] += loss / divisor;
        return loss;
    }

    private static double TargetedDifferenceOfLogitsRatio(float* f, int label, int target, int classes, double* df)
    {
        int first = -1, second = -1, third = -1, fourth = -1;
        for (var k = 0; k < classes; k++)
        {
            if (first < 0 || f[k] > f[first])
            {
                (first, second, third, fourth) = (k, first, second, third);
            }
            else if (second < 0 || f[k] > f[second])
            {
                (second, third, fourth) = (k, second, third);
            }
            else if (third < 0 || f[k] > f[third])
            {
                (third, fourth) = (k, third);
            }
            else if (fourth < 0 || f[k] > f[fourth])
            {
                fourth = k;
            }
        }

        var divisor = f[first] - ((double)f[third] + f[fourth]) / 2 + 1e-12;
        var loss = ((double)f[target] - f[label]) / divisor;
        df[label] -= 1 / divisor;
        df[target] += 1 / divisor;
        df[first] -= loss / divisor;
        df[third] += loss / divisor / 2;
        df[fourth] += loss / divisor / 2;
        return loss;
    }

    private static double TargetLogit(float* f, int target, double* df)
    {
        df[target] = 1;
        return f[target];
    }

    private static double LogitDifference(float* f, int label, int target, double* df)
    {
        df[target] += 1;
        df[label] -= 1;
        return (double)f[target] - f[label];
    }

    private static double BoostedCrossEntropy(float* f, int label, int classes, double* logs, double* df)
    {
        var loss = CrossEntropy(f, label, classes, logs, df);
        var rival = -1;
        for (var k = 0; k < classes; k++)
        {
            if (k != label && (rival < 0 || f[k] > f[rival]))
            {
                rival = k;
            }
        }

        // −log(1.0001 − p_rival + 1e-12), and d p_rival/d f_k = p_rival·([k = rival] − p_k)
        var p = Math.Exp(logs[rival]);
        var rest = 1.0001 - p + 1e-12;
        for (var k = 0; k < classes; k++)
        {
            df[k] += p / rest * ((k == rival ? 1 : 0) - Math.Exp(logs[k]));
        }

        return loss - Math.Log(rest);
    }

    private static double MisclassificationAware(float* f, float* r, int label, int classes, double* p, double* q, double* df, double* dr)
    {
        LogSoftmax(f, classes, p);
        LogSoftmax(r, classes, q);
        var divergence = 0.0;
        var pull = 0.0; // Σ_j q_j p_j / (p_j + 1e-12)
        for (var k = 0; k < classes; k++)
        {
            divergence += Math.Exp(q[k]) * (q[k] - Math.Log(Math.Exp(p[k]) + 1e-12));
            pull += Math.Exp(q[k]) * Math.Exp(p[k]) / (Math.Exp(p[k]) + 1e-12);
        }

        var weight = 1.0000001 - Math.Exp(q[label]);
        for (var k = 0; k < classes; k++)
        {
            var (pk, qk) = (Math.Exp(p[k]), Math.Exp(q[k]));
            df[k] = weight * (pk * pull - qk * pk / (pk + 1e-12));
            dr[k] = weight * qk * (q[k] - Math.Log(pk + 1e-12) - divergence)
                - divergence * Math.Exp(q[label]) * ((k == label ? 1 : 0) - qk);
        }

        return weight * divergence;
    }
}
