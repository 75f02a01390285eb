using System.Text.RegularExpressions;
using System.Text;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Networks as text: every one comes back, and no other text does anything but be refused.</summary>
[TestFixture]
public sealed class NetworkJsonTests
{
    private const string Place = "a.safetensors: metadata 'network'";

    // In the place of a number or a word of a description.
    private static readonly string[] Strange =
    [
        "0", "-1", "1", "3", "99999", "2147483647", "2147483648", "-2147483648", "1e999", "1.5", "NaN", "null", "true", "[]", "{}",
        "\"\\ud800\"", "\"relu\"",
    ];

    private static readonly string Written = NetworkJson.Write(Random(1));

    [FsCheck.NUnit.Property(MaxTest = 100, EndSize = 1_000_000)]
    public void What_is_written_is_read(int seed)
    {
        var network = Random(seed);
        Assert.That(NetworkJson.Read(Place, network.Architecture, NetworkJson.Write(network)), Is.EqualTo(network));
    }

    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 1_000_000)]
    public void Damaged_text_is_read_or_refused(int seed) =>
        ReadOrRefuse(Encoding.Latin1.GetString(Damage.Of(Encoding.UTF8.GetBytes(NetworkJson.Write(Random(seed))), seed)));

    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 1_000_000)]
    public void Other_values_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var text = NetworkJson.Write(Random(seed));
        var matches = Regex.Matches(text, "(?<=[:,\\[])([-0-9.eE]+|\"[^\"]*\"|true|false)");
        var chosen = matches[random.Next(matches.Count)];
        ReadOrRefuse(string.Concat(text.AsSpan(0, chosen.Index), random.GetItems(Strange, 1)[0], text.AsSpan(chosen.Index + chosen.Length)));
    }

    [FsCheck.NUnit.Property(MaxTest = 100, EndSize = 1_000_000)]
    public void Truncated_text_is_refused(int seed) => Assert.That(
        () => NetworkJson.Read(Place, "any", Written[..new Random(seed).Next(Written.Length)]), Refuses.At(Place));

    [TestCase("\"stride\":1", "\"strid\":1", "nodes[1] (features.0)", "'stride'")]
    [TestCase("\"stride\":1", "\"stride\":1,\"strid\":1", "nodes[1] (features.0)", "found 'strid'; did you mean 'stride'?")]
    [TestCase("\"stride\":1", "\"stride\":1,\"stride\":2", "expected JSON")]
    [TestCase("\"stride\":1", "\"stride\":1.5", "nodes[1] (features.0)", "'stride' expected a whole number, found 1.5")]
    [TestCase("\"stride\":1", "\"stride\":0", "features.0", "a stride of at least 1, found 0")]
    [TestCase("\"batch_norm\"", "\"batchnorm\"", "(features.1)", "'operation' expected one of normalise", "did you mean 'batch_norm'?")]
    [TestCase("\"bias\":false", "\"bias\":0", "(features.0)", "'bias' expected true or false, found 0")]
    [TestCase("\"inputs\":[0]", "\"inputs\":[1]", "features.0", "expects to read nodes before it")]
    [TestCase("\"inputs\":[0]", "\"inputs\":0", "(features.0)", "'inputs' expected a list, found 0")]
    [TestCase("\"name\":\"features.0\"", "\"name\":7", "nodes[1]", "'name' expected text, found 7")]
    [TestCase("\"name\":\"features.0\"", "\"name\":\"a\\nb\"", "nodes[1]", "in one line")]
    [TestCase("\"name\":\"features.0\"", "\"name\":\"\\ud800\"", "expected JSON")]
    [TestCase("\"classes\":4", "\"classes\":1e1", "'classes' expected a whole number")]
    [TestCase("\"classes\":4", "\"classes\":5", "the last node expects 5 outputs")]
    [TestCase("\"leak\":1", "\"leak\":0", "neurons: 'leak' expected a number above 0, at most 1, found 0")]
    [TestCase("\"reset\":\"hard\"", "\"reset\":\"hrad\"", "neurons", "did you mean 'hard'?")]
    [TestCase("\"mean\":[0.5,", "\"mean\":[1e999,", "nodes[0] (norm)", "'mean' expected finite numbers")]
    [TestCase("\"input\":[3,", "\"input\":[3,3,", "'input' expected channels, rows and columns")]
    [TestCase("\"input\":", "\"owner\":1,\"input\":", "expected only input, classes, neurons, nodes, found 'owner'")]
    public void Mistakes_are_refused_by_name(string old, string other, params string[] saying)
    {
        var text = NetworkJson.Write(Architectures.build("vggmini", 4, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]));
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.That(at, Is.Not.Negative, "the case must change something");
        Assert.That(
            () => NetworkJson.Read(Place, "vggmini", string.Concat(text.AsSpan(0, at), other, text.AsSpan(at + old.Length))),
            Refuses.At(Place, saying));
    }

    [Test]
    public void Too_many_nodes_are_refused()
    {
        var nodes = string.Join(',', Enumerable.Repeat("{}", 10_001));
        Assert.That(
            () => NetworkJson.Read(Place, "any", $$"""{"input":[1,1,1],"classes":1,"neurons":{"leak":1,"reset":"hard"},"nodes":[{{nodes}}]}"""),
            Refuses.At(Place, "at most 10000 nodes, found 10001"));
    }

    private static void ReadOrRefuse(string text) => Damage.ReadOrRefuse(() => NetworkJson.Read(Place, "any", text));

    /// <summary>A named network or one that differs from it in what a name does not say.</summary>
    private static Network Random(int seed)
    {
        var random = new Random(seed);
        double Share() => 1 - random.NextDouble();
        var name = random.GetItems(Architectures.names.ToArray(), 1)[0];
        var network = Architectures.build(
            name, random.Next(1, 200), new Shape(3, 32, 32), [random.NextDouble(), -1e-300, 0], [Share(), float.MaxValue, float.Epsilon]);
        if (random.Next(3) > 0)
        {
            network = Conversion.toSpiking(new NeuronModel(Share(), random.Next(2) == 0 ? Reset.Hard : Reset.Soft), network);
        }

        Operation Other(Operation operation) => operation switch
        {
            Operation.AveragePool pool when random.Next(2) == 0 => Operation.NewMaxPool(pool.size),
            Operation.Neuron when random.Next(2) == 0 => Operation.NewNeuron(Thresholds.Channelwise),
            Operation.Dropout => Operation.NewDropout(random.NextDouble()),
            _ => operation,
        };
        return new Network(
            $"{name}é☃\"", network.Input, network.Classes, network.Neurons,
            [.. network.Nodes.Select(node => new Node($"{node.Name}{(seed % 2 == 0 ? "é☃\"\\" : "")}", Other(node.Operation), node.Inputs))]);
    }
}
