using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Estimators;

/// <summary>The estimators of METHODS 10 that need no memory, through a whole network, against their formulas in plain loops.</summary>
public sealed class PlainEstimatorTests
{
    private const int Samples = 4;

    private static IEnumerable<TestCaseData> Cases() =>
        from estimator in new[] { "rga", "hart", "bptt.PDSG" }
        from isHard in new[] { true, false }
        from leak in new[] { 1.0, 0.8 }
        from isNormalised in new[] { true, false }
        from thresholds in new[] { Thresholds.Shared, Thresholds.Channelwise }
        from timesteps in new[] { 1, 5 }
        select new TestCaseData(estimator, new NeuronModel(leak, isHard ? Reset.Hard : Reset.Soft), isNormalised, thresholds, timesteps).SetArgDisplayNames(
            estimator, isHard ? "hard" : "soft", $"leak {leak}", isNormalised ? "BatchNorm" : "no BatchNorm", $"{thresholds}", $"T {timesteps}");

    [TestCaseSource(nameof(Cases))]
    public void Gradients_are_those_of_the_formulas(string name, NeuronModel neurons, bool isNormalised, Thresholds thresholds, int timesteps)
    {
        using var backend = Small.Backend();
        var plain = new PlainNetwork(backend, neurons, isNormalised, thresholds, timesteps);
        using var model = plain.Model;
        using var classifier = new Classifier(model, Samples, timesteps);
        using var batch = new AttackBatch(classifier);
        var random = new Random(3);
        var images = Enumerable.Range(0, Samples).Select(_ => Enumerable.Range(0, PlainNetwork.Image.Count).Select(_ => random.NextSingle()).ToArray()).ToArray();
        batch.Load([.. images.SelectMany(image => image)], [0, 1, 2, 0], [0, 1, 2, 3]);
        var found = batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, GradientEstimators.Parse(name))
            .ToArray(Samples * PlainNetwork.Image.Count).Chunk(PlainNetwork.Image.Count).ToArray();
        var expected = images.Select((image, i) => plain.Gradient(image, i % PlainNetwork.Classes, BackBy(name, neurons))).ToArray();
        var largest = expected.Max(gradient => gradient.Max(Math.Abs));
        Assert.That(largest, Is.GreaterThan(1e-3));
        for (var i = 0; i < Samples; i++)
        {
            Assert.That(found[i].Select(value => (double)value), Is.EqualTo(expected[i]).Within(1e-5 * largest), $"sample {i}");
        }
    }

    private static Func<PlainNetwork.Layer, double[][], double[][]> BackBy(string name, NeuronModel neurons) => name switch
    {
        "rga" => (layer, ds) => Rga(layer, ds, neurons.Leak),
        "hart" => Hart,
        _ => (layer, ds) => ThroughTime(layer, ds, Density(layer), neurons),
    };

    /// <summary>dI[t] = ds[t]·slope(x̄)/v.</summary>
    private static double[][] Rga(PlainNetwork.Layer layer, double[][] ds, double leak)
    {
        const double Damping = 0.2;
        var slopes = layer.Thresholds.Select((v, i) =>
        {
            var mean = layer.Currents.Average(current => current[i]) / v;
            return mean is < 0 or > 2 ? 0 : (mean < 1 - leak ? Damping : (1 - Damping + Damping * leak) / (1 + leak)) / v;
        }).ToArray();
        return [.. ds.Select(d => d.Select((value, i) => value * slopes[i]).ToArray())];
    }

    /// <summary>dI[t] = mean over the steps of ds·max(0, 1 − |z|)/v.</summary>
    private static double[][] Hart(PlainNetwork.Layer layer, double[][] ds)
    {
        var steps = ds.Length;
        var means = layer.Thresholds.Select((v, i) =>
            Enumerable.Range(0, steps).Average(t => ds[t][i] * Math.Max(0, 1 - Math.Abs(layer.Membranes[t][i] / v - 1)) / v)).ToArray();
        return [.. Enumerable.Repeat(means, steps)];
    }

    /// <summary>ds/du: the density of a normal with mean σ/2 and deviation σ at z, over v; σ of equal numbers is 1, whatever rounding makes of it.</summary>
    private static double[][] Density(PlainNetwork.Layer layer)
    {
        var steps = layer.Membranes.Length;
        var slopes = layer.Membranes.Select(step => new double[step.Length]).ToArray();
        for (var channel = 0; channel < layer.Thresholds.Length / layer.Map; channel++)
        {
            var v = layer.Thresholds[channel * layer.Map];
            for (var t = 0; t < steps; t++)
            {
                var seen = layer.Membranes.Take(t + 1).SelectMany(step => step.Skip(channel * layer.Map).Take(layer.Map)).Select(u => u / v).ToArray();
                var mean = seen.Average();
                var deviation = seen.All(each => each == seen[0])
                    ? 1
                    : Math.Sqrt(seen.Sum(each => (each - mean) * (each - mean)) / (seen.Length - 1));
                for (var i = channel * layer.Map; i < (channel + 1) * layer.Map; i++)
                {
                    var z = layer.Membranes[t][i] / v - 1;
                    slopes[t][i] = Math.Exp(-Math.Pow((z - deviation / 2) / deviation, 2) / 2) / (deviation * Math.Sqrt(2 * Math.PI)) / v;
                }
            }
        }

        return slopes;
    }

    /// <summary>METHODS 1, Backward: du[t] = ds[t]·h + leak·du[t + 1]·du'/du, with du'/du through the spike as well.</summary>
    private static double[][] ThroughTime(PlainNetwork.Layer layer, double[][] ds, double[][] slopes, NeuronModel neurons)
    {
        var gradients = new double[ds.Length][];
        var after = new double[layer.Thresholds.Length];
        for (var t = ds.Length - 1; t >= 0; t--)
        {
            gradients[t] = [.. layer.Thresholds.Select((v, i) =>
            {
                var (u, h, s) = (layer.Membranes[t][i], slopes[t][i], layer.Spikes[t][i]);
                var kept = neurons.Reset.IsHard ? 1 - s - u * h : 1 - v * h;
                return ds[t][i] * h + after[i] * kept;
            })];
            after = Array.ConvertAll(gradients[t], du => neurons.Leak * du);
        }

        return gradients;
    }
}
