using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>Networks in integers against the networks in floats that they were made from.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class QuantiserTests
{
    private const int Timesteps = 4;
    private const int Count = 6;

    private static IEnumerable<TestCaseData> Cases() =>
        from name in SmallNetworks.Names
        from isPruned in new[] { false, true }
        from neurons in new[] { SmallNetworks.Papers, SmallNetworks.SoftReset, SmallNetworks.Leaky }
        from isChannelwise in new[] { false, true }
        select new TestCaseData(name, isPruned, neurons, isChannelwise)
            .SetArgDisplayNames(name, isPruned ? "pruned" : "dense", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{neurons.Reset} {neurons.Leak}"), isChannelwise ? "channelwise" : "shared");

    /// <summary>A spike at the threshold that rounding turns changes the logits by some per cent; what is wrong changes them by more.</summary>
    [TestCaseSource(nameof(Cases))]
    public void At_16_bits_logits_are_those_of_the_network_in_floats(string name, bool isPruned, NeuronModel neurons, bool isChannelwise)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = SmallNetworks.Build(backend, name, neurons, isPruned, isChannelwise);
        Assert.That(Error(model, 16), Is.LessThan(0.1));
    }

    [TestCaseSource(nameof(Cases))]
    public void What_neurons_add_up_is_what_the_formulas_say_for_the_same_spikes(string name, bool isPruned, NeuronModel neurons, bool isChannelwise)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = SmallNetworks.Build(backend, name, neurons, isPruned, isChannelwise);
        using var folded = NormFolding.Fold(model);
        var network = Quantiser.Quantise(model, Timesteps, new QuantiserSettings(16)).Network;
        var inference = new ReferenceInference(network);
        var image = SmallNetworks.Images(1, 4);
        var logits = inference.Run(image);
        var plain = new PlainNetwork(folded, image, (node, step) => inference.Value(node)[step]);
        foreach (var (node, its) in network.Neurons)
        {
            var input = network.Network.Nodes[node].Inputs.Head;
            var thresholds = plain.Thresholds(node);
            for (var step = 0; step < Timesteps; step++)
            {
                var expected = plain.Value(input, step);
                var found = inference.Value(input)[inference.Value(input).Count == 1 ? 0 : step];
                var worst = expected.Select((current, i) =>
                {
                    var channel = i / (expected.Length / its.Signs.Length);
                    return Math.Abs(current / thresholds[i] - (double)(its.Signs[channel] * found[i] + its.Bias[channel]) / its.Thresholds[channel]);
                }).Max();
                Assert.That(worst, Is.LessThan(2e-3), $"{network.Network.Nodes[node].Name}, step {step}, in thresholds");
            }
        }

        var last = network.Shapes.Count - 1;
        double[] means = [.. Enumerable.Range(0, SmallNetworks.Classes).Select(label => Enumerable.Range(0, Timesteps).Average(step => plain.Value(last, step)[label]))];
        Assert.That(logits, Is.EqualTo(means).Within(1e-3));
    }

    /// <summary>The mean over networks: of one, with few spikes, a step of bits may do nothing.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void The_error_falls_as_bits_grow(bool isChannelwise)
    {
        double[] errors = [.. new[] { 5, 7, 10, 16 }.Select(bits => SmallNetworks.Names.Average(name =>
        {
            using var backend = Backends.Open(options: new(1));
            using var model = SmallNetworks.Build(backend, name, SmallNetworks.Papers, false, isChannelwise);
            return Error(model, bits);
        }))];
        Assert.That(errors, Is.Ordered.Descending, string.Join(", ", errors));
        Assert.That(errors[0], Is.GreaterThan(4 * errors[^1]));
    }

    /// <summary>Of the logits: the root of the mean squared error over that of the mean square.</summary>
    private static double Error(SpikingModel model, int bits)
    {
        var images = SmallNetworks.Images(Count, 3);
        using var frozen = new FrozenNetwork(model, Count, Timesteps);
        var expected = new float[Count * frozen.Classes];
        var spikes = new double[frozen.Layers.Count];
        frozen.Run(images, expected, spikes);
        Assert.That(spikes, Is.All.Positive, "a layer that is silent proves nothing");
        var inference = new ReferenceInference(Quantiser.Quantise(model, Timesteps, new QuantiserSettings(bits)).Network);
        float[] found = [.. images.Chunk(frozen.PixelCount).SelectMany(image => inference.Run(image))];
        return Math.Sqrt(found.Zip(expected, (x, y) => Math.Pow(x - y, 2)).Sum() / expected.Sum(y => Math.Pow(y, 2)));
    }
}
