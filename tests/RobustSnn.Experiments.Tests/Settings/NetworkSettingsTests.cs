using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Settings;

/// <summary>Networks by their sizes, in the place of an architecture's name.</summary>
[TestFixture]
public sealed class NetworkSettingsTests
{
    private const string Architecture = "  architecture: vggsmall\n";

    private static ExperimentSettings Read(string network) =>
        SettingsReader.Read(ExampleExperiment.Text.Replace(Architecture, network, StringComparison.Ordinal), "file.yaml");

    private static Network Built(string network) => Read(network).Network.Build(10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);

    [TestCase("  family: vgg\n  layers: [32, A, 64, A, 128, A]\n  head: [128]\n", "vggsmall")]
    [TestCase("  family: vgg\n  layers: [32, A, 64, A, 128, A]\n  head: 128\n  pooled: false\n", "vggsmall")]
    [TestCase("  family: vgg\n  layers: [8, A, 16, A, 16, A]\n  head: [24]\n  dropout: 0\n", "vggmini")]
    [TestCase("  family: vgg\n  layers: [64, A, 128, A, 256, 256, A, 512, 512, A, 512, 512]\n  head: [4096]\n  pooled: true\n", "vgg11-tin")]
    [TestCase("  family: vgg\n  layers: [64, A, 128, 256, A, 512, 512, 512, A, 512, 512]\n  head: [4096, 4096]\n  dropout: 0.2\n", "vgg11")]
    [TestCase("  family: resnet\n  depth: 20\n", "resnet20")]
    [TestCase("  family: wrn\n  depth: 16\n  widen: 4\n", "wrn16-4")]
    public void A_family_with_an_architectures_sizes_is_that_architecture(string network, string name)
    {
        Network expected = Architectures.build(name, 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        Assert.That(Built(network).Nodes, Is.EqualTo(expected.Nodes));
    }

    [Test]
    public void M_is_max_pooling() => Assert.That(
        Built("  family: vgg\n  layers: [8, M, 8, A]\n").Nodes.Select(node => node.Operation).Where(each => each.IsMaxPool || each.IsAveragePool),
        Is.EqualTo(new[] { Operation.NewMaxPool(2), Operation.NewAveragePool(2) }));

    // What stands instead of the architecture, the key in the message, what else the message says.
    [TestCase("  family: vgg\n  layers: [64, 64, A, B]\n", "file.yaml:14:23: network.layers[3]: expected a number of channels, A or M, found 'B'")]
    [TestCase("  family: vgg\n  layers: [0]\n", "network.layers[0]: expected a number of channels, A or M, found '0'")]
    [TestCase("  family: vgg\n  layers: [64, -3]\n", "network.layers[1]: ", "'-3'")]
    [TestCase("  family: vgg\n  layers: [64, 99999999999]\n", "network.layers[1]: ", "'99999999999'")]
    [TestCase("  family: vgg\n  layers: [64, [A]]\n", "network.layers[1]: ", "a list")]
    [TestCase("  family: vgg\n  layers: [64, null]\n", "network.layers[1]: ", "nothing")]
    [TestCase("  family: vgg\n  layers: [64, a]\n", "network.layers[1]: ", "'a'")]
    [TestCase("  family: vgg\n  layers: {A: 1}\n", "network.layers: expected a list, each a number of channels, A or M, found a mapping")]
    [TestCase("  family: vgg\n  layers: [A]\n", "network.layers: ", "no neurons")]
    [TestCase("  family: vgg\n  layers: []\n  head: []\n", "network.layers: ", "no neurons")]
    [TestCase("  family: vgg\n  layers: [64]\n  head: [64, A]\n", "network.head[1]: expected a number of outputs, found 'A'")]
    [TestCase("  family: vgg\n  layers: [64]\n  dropout: 1\n", "network.dropout: expected a number from 0 to below 1, found '1'")]
    [TestCase("  family: vgg\n  layers: [64]\n  pooled: 1\n", "network.pooled: expected true or false, found '1'")]
    [TestCase("  family: vgg\n  layers: [64]\n  depth: 20\n", "network.depth: expected nothing, as network.family vgg has network.layers")]
    [TestCase("  family: vgg\n", "network.layers: the key is missing: network.family vgg needs it")]
    [TestCase("  family: vgg\n  layer: [64]\n", "network.layer: unknown key", "did you mean 'layers'?")]
    [TestCase("  family: vg\n  layers: [64]\n", "network.family: expected one of vgg, resnet, wrn, found 'vg'; did you mean 'vgg'?")]
    [TestCase("  layers: [64]\n", "network.family: the key is missing: expected one of vgg, resnet, wrn beside network.layers")]
    [TestCase("", "network.architecture: the key is missing: expected one of vgg11,", "or network.family")]
    [TestCase("  architecture: vgg11\n  family: vgg\n  layers: [64]\n", "network.family: expected nothing, as network.architecture names", "set one of the two to null")]
    [TestCase("  architecture: vgg11\n  layers: [64]\n", "network.layers: expected nothing")]
    [TestCase("  architecture: vgg11\n  widen: 2\n", "network.widen: expected nothing")]
    [TestCase("  family: resnet\n", "network.depth: the key is missing")]
    [TestCase("  family: resnet\n  depth: 21\n", "network.depth: expected 6n + 2 layers, e.g. 20, found 21")]
    [TestCase("  family: resnet\n  depth: 2\n", "network.depth: expected a whole number from 8")]
    [TestCase("  family: wrn\n  depth: 8\n  widen: 1\n", "network.depth: expected 6n + 4 layers, e.g. 22, found 8")]
    [TestCase("  family: wrn\n  depth: 16\n", "network.widen: the key is missing")]
    [TestCase("  family: wrn\n  depth: 16\n  widen: 0\n", "network.widen: expected a whole number from 1")]
    [TestCase("  family: wrn\n  depth: 16\n  widen: 2\n  layers: [64]\n", "network.layers: expected nothing")]
    public void Mistakes_are_refused(string network, params string[] saying) =>
        Assert.That(() => Read(network), Refuses.At("file.yaml:", saying));

    [Test]
    public void Too_many_layers_are_refused() => Assert.That(
        () => Read($"  family: vgg\n  layers: [{string.Join(", ", Enumerable.Repeat("8", 1001))}]\n"),
        Refuses.At("file.yaml:", "network.layers: ", "there are 1001, more than 1000"));

    [Test]
    public void A_family_takes_the_place_of_the_bases_architecture()
    {
        const string Text = "base: shapes10-quick\nnetwork: { architecture: null, family: vgg, layers: [8, 8, M], head: [24, 24] }\n";
        NetworkSettings network = SettingsReader.Read(Text, "file.yaml").Network;
        Assert.That(network, Is.EqualTo(new NetworkSettings(null, 4, 1, ResetKind.Hard, NetworkFamily.Vgg,
            [VggFeature.NewC(8), VggFeature.NewC(8), VggFeature.M], [24, 24])));
    }

    [Test]
    public void Overrides_and_differences_have_the_short_notation()
    {
        ExperimentSettings first = Read("  family: vgg\n  layers: [8, A]\n");
        ExperimentSettings second = SettingsReader.Read(SettingsWriter.Write(first), "again.yaml", ["network.layers=[16, M, 16]"]);
        Assert.That(
            SettingsTable.Differences(first, second).Select(difference => difference.ToString()),
            Is.EqualTo(new[] { "network.layers: [8, A] against [16, M, 16]" }));
    }
}
