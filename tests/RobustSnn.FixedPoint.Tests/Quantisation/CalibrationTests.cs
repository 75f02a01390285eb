using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Quantisation;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>Weights rounded so that currents err least, against weights rounded to the nearest.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class CalibrationTests
{
    private const int Inputs = 40;
    private const int Outputs = 5;
    private const int Bits = 4;

    [Test]
    public void On_the_calibration_images_no_layer_is_worse_than_rounded_to_the_nearest(
        [ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Names))] string name, [Values(6, 9)] int bits, [Values] bool isPruned)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = SmallNetworks.Build(backend, name, SmallNetworks.Papers, isPruned);
        var layers = Quantiser.Quantise(model, 4, new QuantiserSettings(bits, Images: SmallNetworks.Images(20, 7))).Layers;
        Assert.Multiple(() =>
        {
            foreach (var layer in layers)
            {
                Assert.That(layer.Error, Is.LessThanOrEqualTo(layer.NearestError!.Value), layer.Name);
            }
        });
        Assert.That(layers.Average(layer => layer.Error), Is.LessThan(0.9 * layers.Average(layer => layer.NearestError!.Value)));
    }

    [TestCase(100)]
    [TestCase(1000)]
    public void Nor_is_it_on_others(int count)
    {
        var (layer, scales) = Layer(1);
        var rounded = new WeightRounding(layer, scales, Bits).Round(Draw(count, 2), CancellationToken.None);
        var nearest = new WeightRounding(layer, scales, Bits).Round(null, CancellationToken.None);
        var others = Draw(5000, 3);
        Assert.That(Error(layer, scales, rounded, others), Is.LessThan(0.9 * Error(layer, scales, nearest, others)));
    }

    [Test]
    public void The_errors_that_are_reported_are_those_of_the_currents()
    {
        var (layer, scales) = Layer(1);
        var samples = Draw(300, 4);
        var rounded = new WeightRounding(layer, scales, Bits).Round(samples, CancellationToken.None);
        var nearest = new WeightRounding(layer, scales, Bits).Round(null, CancellationToken.None);
        Assert.That(rounded.Error, Is.EqualTo(Error(layer, scales, rounded, samples)).Within(1e-5));
        Assert.That(rounded.NearestError, Is.EqualTo(Error(layer, scales, nearest, samples)).Within(1e-5));
        Assert.That((nearest.Error, nearest.NearestError), Is.EqualTo(((double?)null, (double?)null)), "nothing is known without samples");
    }

    [Test]
    public void Each_weight_is_one_of_its_two_neighbours_and_fits_its_bits()
    {
        var (layer, scales) = Layer(5);
        var rounded = new WeightRounding(layer, scales, Bits).Round(Draw(300, 6), CancellationToken.None);
        for (var i = 0; i < rounded.Weights.Length; i++)
        {
            var exact = layer.Weights[i] * scales[i / Inputs];
            Assert.That(Math.Abs(rounded.Weights[i] - exact), Is.LessThan(1), $"weight {i}");
            Assert.That(Math.Abs((int)rounded.Weights[i]), Is.LessThanOrEqualTo(IntegerWeights.Largest(Bits)), $"weight {i}");
        }
    }

    [Test]
    public void Inputs_that_never_fire_leave_weights_at_the_nearest()
    {
        var (layer, scales) = Layer(1);
        var rounded = new WeightRounding(layer, scales, Bits).Round(new LayerSamples(Inputs, 50), CancellationToken.None);
        var nearest = new WeightRounding(layer, scales, Bits).Round(null, CancellationToken.None);
        Assert.That(rounded.Weights, Is.EqualTo(nearest.Weights));
        Assert.That(rounded.Bias, Is.EqualTo(nearest.Bias));
    }

    [Test]
    public void It_is_the_same_network_every_time()
    {
        using var backend = Backends.Open(options: new(2));
        using var model = SmallNetworks.Build(backend, "resnet", SmallNetworks.Papers);
        var settings = new QuantiserSettings(8, Images: SmallNetworks.Images(20, 7));
        var (first, second) = (Quantiser.Quantise(model, 4, settings).Network, Quantiser.Quantise(model, 4, settings).Network);
        foreach (var (node, layer) in first.Weights)
        {
            Assert.That(second.Weights[node].Values, Is.EqualTo(layer.Values));
            Assert.That(second.Weights[node].Bias, Is.EqualTo(layer.Bias));
        }
    }

    [Test]
    public void Cancelled_it_ends()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = SmallNetworks.Build(backend, "vgg", SmallNetworks.Papers);
        Assert.That(() => Quantiser.Quantise(model, 4, new QuantiserSettings(8, Images: SmallNetworks.Images(2, 7)), new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static (RealLayer Layer, double[] Scales) Layer(int seed)
    {
        var random = new System.Random(seed);
        double[] weights = [.. Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextDouble() - 0.5)];
        double[] bias = [.. Enumerable.Range(0, Outputs).Select(_ => random.NextDouble() - 0.5)];
        double[] scales = [.. weights.Chunk(Inputs).Select(row => (IntegerWeights.Largest(Bits) + 0.5) / row.Max(Math.Abs))];
        return (new RealLayer(ConvolutionGeometry.Linear(Inputs, 1, 1, Outputs), null, weights, bias), scales);
    }

    /// <summary>Spikes that come together: of a few causes, each input has one.</summary>
    private static LayerSamples Draw(int count, int seed)
    {
        const int causes = 8;
        var random = new System.Random(seed);
        var samples = new LayerSamples(Inputs, count);
        for (var sample = 0; sample < count; sample++)
        {
            bool[] happens = [.. Enumerable.Range(0, causes).Select(_ => random.Next(2) == 0)];
            for (var input = 0; input < Inputs; input++)
            {
                samples.Of(input)[sample] = (short)(random.NextDouble() < (happens[input % causes] ? 0.8 : 0.1) ? 1 : 0);
            }
        }

        return samples;
    }

    /// <summary>Relative, by plain loops.</summary>
    private static double Error(RealLayer layer, double[] scales, RoundedLayer rounded, LayerSamples samples)
    {
        var (error, power) = (0.0, 0.0);
        for (var output = 0; output < Outputs; output++)
            for (var sample = 0; sample < samples.Count; sample++)
            {
                var (exact, found) = (layer.Bias[output], rounded.Bias[output] / scales[output]);
                for (var input = 0; input < Inputs; input++)
                {
                    exact += layer.Weights[output * Inputs + input] * samples.Of(input)[sample];
                    found += rounded.Weights[output * Inputs + input] * samples.Of(input)[sample] / scales[output];
                }

                error += Math.Pow(found - exact, 2);
                power += Math.Pow(exact, 2);
            }

        return Math.Sqrt(error / power);
    }
}
