using Microsoft.FSharp.Collections;
using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>Scales, thresholds and biases of single channels, by formulas on paper.</summary>
[TestFixture]
public sealed class ScaleTests
{
    private IBackend backend = null!;

    [SetUp]
    public void Open() => backend = Backends.Open(options: new(1));

    [TearDown]
    public void Close() => backend.Dispose();

    /// <summary>The largest weight takes all of its bits but what makes the threshold whole: at most one threshold of as many.</summary>
    [Test]
    public void Weights_fill_their_bits_and_thresholds_are_whole(
        [ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Names))] string name, [Values(8, 16)] int bits)
    {
        using var model = SmallNetworks.Build(backend, name, SmallNetworks.Papers);
        var network = Quantiser.Quantise(model, 4, new QuantiserSettings(bits)).Network;
        foreach (var (node, layer) in network.Weights)
        {
            foreach (var row in layer.Values.Chunk(layer.Values.Length / layer.Bias.Length))
            {
                Assert.That(row.Max(value => Math.Abs((int)value)), Is.InRange(IntegerWeights.Largest(bits) / 2, IntegerWeights.Largest(bits)), $"node {node}");
            }
        }
    }

    [Test]
    public void Logits_are_at_a_power_of_two()
    {
        using var model = Layer([0.5f, -0.3f], 0.25f, 1, null);
        var layer = Quantiser.Quantise(model, 4, new QuantiserSettings(8)).Network.Weights[3];
        Assert.That(layer.Values, Is.EqualTo(new short[] { 64, -38 })); // 127.5 / 0.5 = 255, below which 2^7 is the power of two
        Assert.That(layer.Exponents, Is.EqualTo(new[] { 7 }));
        Assert.That(layer.Bias, Is.EqualTo(new[] { 32 }));
    }

    [Test]
    public void A_threshold_is_whole_at_the_scale_of_its_currents()
    {
        using var model = Layer([0.5f, -0.3f], 0.25f, 0.7f, null);
        var network = Quantiser.Quantise(model, 4, new QuantiserSettings(8)).Network;

        // 255 units would be 1 of layer a's, whose weights are over 255 · 0.2: its largest, 0.8 / 51, has 127.5 units at 8128.125, where the threshold is
        // 5689.69; the scale at which it is 5689 is 5689 / 0.7.
        Assert.That(network.Neurons[2].Thresholds, Is.EqualTo(new[] { 5689, 5689 }));
        var scale = 5689 / (double)0.7f;
        Assert.That(network.Weights[1].Values, Is.EqualTo(new[] { 0.8, -0.4, 0.2, 0.8 }.Select(weight => (short)Math.Round(weight / 51 * scale))));
        Assert.That(network.Weights[1].Bias[0], Is.EqualTo(Math.Round(((0.8 - 0.4) * (51 / 255.0 - 0.2) / 0.2 + 0.1) * scale)));
        Assert.That(network.Neurons[2].Bias, Is.All.Zero);
        Assert.That(network.Centres, Is.EqualTo(new[] { 51, 51 }));
    }

    [TestCase(2.0, 1)]
    [TestCase(-2.0, -1)]
    public void A_norm_before_neurons_is_in_their_thresholds_signs_and_biases(double factor, int sign)
    {
        using var model = Layer([0.5f, -0.3f], 0.25f, 0.7f, ((float)factor, 0.3f));
        var neurons = Quantiser.Quantise(model, 4, new QuantiserSettings(16)).Network.Neurons[3];
        Assert.That(neurons.Signs, Is.All.EqualTo((sbyte)sign));
        Assert.That((double)neurons.Bias[0] / neurons.Thresholds[0], Is.EqualTo(0.3 / 0.7).Within(1e-4));
    }

    /// <summary>What hears nothing fires by its summand alone, every third step here.</summary>
    [Test]
    public void Neurons_that_hear_nothing_have_a_scale_of_their_own()
    {
        using var model = Layer([0.5f, -0.3f], 0.25f, 0.7f, (0, 0.3f));
        var network = Quantiser.Quantise(model, 6, new QuantiserSettings(8)).Network;
        Assert.That(network.Neurons[3].Signs, Is.All.Zero);
        Assert.That((double)network.Neurons[3].Bias[0] / network.Neurons[3].Thresholds[0], Is.EqualTo(0.3 / 0.7).Within(1e-6));
        var inference = new ReferenceInference(network);
        inference.Run([0.3f, 0.9f]);
        Assert.That(inference.Value(3).Select(step => step[0]), Is.EqualTo(new[] { 0, 0, 1, 0, 0, 1 }));
    }

    [Test]
    public void Thresholds_below_the_smallest_are_raised_to_it()
    {
        using var low = Layer([0.5f, -0.3f], 0.25f, 0.01f, null);
        using var smallest = Layer([0.5f, -0.3f], 0.25f, SpikingModel.SmallestThreshold, null);
        var settings = new QuantiserSettings(12);
        Assert.That(Quantiser.Quantise(low, 4, settings).Network.Neurons[2].Thresholds,
            Is.EqualTo(Quantiser.Quantise(smallest, 4, settings).Network.Neurons[2].Thresholds));
    }

    [Test]
    public void A_layer_without_weights_that_are_not_0_gives_its_bias()
    {
        using var model = Layer([0, 0], 0.25f, 0.7f, null);
        var network = Quantiser.Quantise(model, 4, new QuantiserSettings(8)).Network;
        Assert.That(new ReferenceInference(network).Run([0.3f, 0.9f])[0], Is.EqualTo(0.25).Within(1e-4));
    }

    /// <summary>Layer a on two pixels of mean 0.2 and deviation 0.2, perhaps a norm that another layer, too, reads round, neurons, and the last layer.</summary>
    private SpikingModel Layer(float[] last, float bias, float threshold, (float Factor, float Summand)? norm)
    {
        var fifth = ListModule.OfSeq([0.2, 0.2]);
        List<Node> nodes =
        [
            new("norm", Operation.NewNormalise(fifth, fifth), FSharpList<int>.Empty),
            new("a", Operation.NewLinear(2, true), ListModule.OfSeq([0])),
        ];
        if (norm is not null)
        {
            nodes.Add(new("bn", Operation.BatchNorm, ListModule.OfSeq([1])));
        }

        nodes.Add(new("fire", Operation.NewNeuron(Thresholds.Shared), ListModule.OfSeq([nodes.Count - 1])));
        var fire = nodes.Count - 1;
        if (norm is not null)
        {
            nodes.Add(new("b", Operation.NewLinear(2, true), ListModule.OfSeq([fire])));
            nodes.Add(new("sum", Operation.Sum, ListModule.OfSeq([1, fire + 1]))); // so that the norm is not alone in reading a, and stays
            nodes.Add(new("again", Operation.NewNeuron(Thresholds.Shared), ListModule.OfSeq([fire + 2])));
        }

        nodes.Add(new("out", Operation.NewLinear(1, true), ListModule.OfSeq([nodes.Count - 1])));
        var model = new SpikingModel(new Network("small", new Shape(2, 1, 1), 1, new NeuronModel(1, Reset.Hard), ListModule.OfSeq(nodes)), backend);
        Set("a.weight", 0.8f, -0.4f, 0.2f, 0.8f);
        Set("a.bias", 0.1f, 0);
        Set("fire.v_th", threshold);
        Set("out.weight", last);
        Set("out.bias", bias);
        if (norm is { } its)
        {
            Set("bn.weight", its.Factor, its.Factor);
            Set("bn.bias", its.Summand, its.Summand);
            Set("b.weight", 0.3f, 0.1f, -0.2f, 0.4f);
        }

        return model;

        void Set(string name, params float[] values) => model.Parameters[name].Value.Upload(values);
    }
}
