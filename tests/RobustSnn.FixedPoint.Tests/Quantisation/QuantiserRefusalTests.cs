using Microsoft.FSharp.Collections;
using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>What cannot be quantised is refused, and it is said where and why.</summary>
[TestFixture]
public sealed class QuantiserRefusalTests
{
    private static readonly QuantiserSettings Eight = new(8);

    private IBackend backend = null!;

    [SetUp]
    public void Open() => backend = Backends.Open(options: new(1));

    [TearDown]
    public void Close() => backend.Dispose();

    [TestCase(1)]
    [TestCase(17)]
    [TestCase(-8)]
    public void Bits_out_of_range(int bits)
    {
        Refuses(SmallNetwork(), 4, new QuantiserSettings(bits), $"bits: expected 2 to 16, found {bits}");
        Refuses(SmallNetwork(), 4, new QuantiserSettings(8, new Dictionary<string, int> { ["features.0"] = bits }),
            $"bits of features.0: expected 2 to 16, found {bits}");
    }

    [TestCase("feature.0", "features.0")]
    [TestCase("features.1", "features.")]
    [TestCase("classifier.9", "classifier.")]
    public void Bits_of_what_is_no_layer(string layer, string nearest) =>
        Refuses(SmallNetwork(), 4, new QuantiserSettings(8, new Dictionary<string, int> { [layer] = 8 }), $"bits of '{layer}'", nearest);

    [Test]
    public void No_timesteps() => Refuses(SmallNetwork(), 0, Eight, "at least 1 timestep, found 0");

    [Test]
    public void An_ANN()
    {
        var ann = Architectures.build("vggmini", 10, new Shape(3, 16, 16), ListModule.OfSeq([0.5, 0.5, 0.5]), ListModule.OfSeq([0.25, 0.25, 0.25]));
        Refuses(new SpikingModel(ann, backend), 4, Eight, "features.2", "is the activation of an ANN");
    }

    [TestCase(0.9, "0.9, is no shift")]
    [TestCase(0.3, "0.3, is no shift")]
    public void A_leak_that_is_no_shift(double leak, string saying) => Refuses(SmallNetwork(new NeuronModel(leak, Reset.Hard)), 4, Eight, saying, "0.875");

    [Test]
    public void A_mean_that_is_no_pixels()
    {
        using var small = SmallNetwork();
        var network = SmallNetworks.With(small.Network, operation => operation is Operation.Normalise normalise
            ? Operation.NewNormalise(ListModule.OfSeq([0.5, 1.5, 0.5]), normalise.deviation)
            : operation);
        Refuses(new SpikingModel(network, backend), 4, Eight, "means of pixels from 0 to 1, found 1.5");
    }

    [Test]
    public void Parameters_that_are_no_numbers()
    {
        var model = SmallNetwork();
        backend.Fill(model.Parameters["classifier.1.bias"].Value, float.NaN);
        Refuses(model, 4, Eight, "classifier.1.bias", "use another checkpoint");
    }

    [Test]
    public void Thresholds_that_the_bits_do_not_resolve()
    {
        using var model = SmallNetwork();
        backend.Fill(model.Parameters["classifier.1.weight"].Value, 50);
        RefusesStill(model, 4, new QuantiserSettings(4), "classifier.2: the threshold of channel 0", "units of the currents of classifier.1", "Give classifier.1 more bits");
        Assert.That(() => Quantiser.Quantise(model, 4, new QuantiserSettings(4, new Dictionary<string, int> { ["classifier.1"] = 16 })), Throws.Nothing);
    }

    [TestCase(-1)]
    [TestCase(1)]
    public void Images_that_are_no_whole_ones(int more) =>
        Refuses(SmallNetwork(), 4, new QuantiserSettings(8, Images: new float[768 + more]), "whole images of 768 pixels", $"found {768 + more} pixels");

    [TestCase(float.NaN)]
    [TestCase(-0.1f)]
    [TestCase(1.1f)]
    public void Pixels_that_are_none(float pixel)
    {
        var image = new float[768];
        image[5] = pixel;
        Refuses(SmallNetwork(), 4, new QuantiserSettings(8, Images: image), "pixels from 0 to 1");
    }

    private SpikingModel SmallNetwork(NeuronModel? neurons = null) => SmallNetworks.Build(backend, "vgg", neurons ?? SmallNetworks.Papers);

    private static void Refuses(SpikingModel model, int timesteps, QuantiserSettings settings, params string[] saying)
    {
        using (model)
        {
            RefusesStill(model, timesteps, settings, saying);
        }
    }

    private static void RefusesStill(SpikingModel model, int timesteps, QuantiserSettings settings, params string[] saying)
    {
        var refusal = Assert.Throws<BadInputException>(() => Quantiser.Quantise(model, timesteps, settings));
        Assert.Multiple(() =>
        {
            foreach (var part in saying)
            {
                Assert.That(refusal!.Message, Does.Contain(part));
            }
        });
    }
}
