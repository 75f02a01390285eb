using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Reference;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>
/// Files may describe networks that no architecture has: kernels, strides, paddings, poolings and orders of layers that nobody trains. What
/// is not refused must be computed, by both backends alike.
/// </summary>
[TestFixture]
public sealed class StrangeNetworkTests
{
    private const int Samples = 3;
    private const int Classes = 3;

    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 1_000_000)]
    public void A_network_of_a_file_is_computed_alike_by_both_backends(int seed)
    {
        using var folder = new TemporaryFolder();
        using var cpu = Backends.Open(options: new(1));
        using var reference = Backends.Open("reference");
        var file = folder.File("strange.safetensors");
        using (var written = new SpikingModel(Strange(new Random(seed)), cpu))
        {
            written.Initialise(1);
            ModelFile.Save(file, written, new ModelInfo("drawn", 3, "test"));
        }

        using var fast = ModelFile.Load(file, cpu).Model;
        using var slow = ModelFile.Load(file, reference).Model;
        var message = NetworkJson.Write(fast.Network);
        Assert.That(Logits(fast, 0), Is.EqualTo(Logits(slow, 0)).Within(1e-3), message);
        Assert.That(Logits(fast, 3), Has.All.Matches<float>(float.IsFinite), message);
        foreach (var timesteps in new[] { 0, 3 })
        {
            using var plan = new Plan(fast, Samples, timesteps, PassMode.Training);
            plan.Forward(Samples);
            plan.Backward(NeuronGradient.Default);
        }
    }

    private static float[] Logits(SpikingModel model, int timesteps)
    {
        using var frozen = new FrozenNetwork(model, Samples, timesteps);
        var random = new Random(5);
        var images = Enumerable.Range(0, Samples * frozen.PixelCount).Select(_ => random.NextSingle()).ToArray();
        var logits = new float[Samples * Classes];
        frozen.Run(images, logits);
        return logits;
    }

    private static Network Strange(Random random)
    {
        var image = new Shape(random.Next(1, 4), random.Next(1, 14), random.Next(1, 14));
        var network = new Network("strange", image, Classes, new NeuronModel(1 - (random.NextDouble() / 2), random.Next(2) == 0 ? Reset.Hard : Reset.Soft),
            [new Node("image", Operation.NewNormalise([.. Repeat(image.Channels, 0.5)], [.. Repeat(image.Channels, 0.25)]), [])]);
        for (int wanted = random.Next(1, 9), tries = 0; wanted > 0 && tries < 100; tries++)
        {
            var longer = With(network, Any(random), random);
            if (Shapes.infer(With(longer, Operation.NewLinear(Classes, true), null)).IsOk)
            {
                (network, wanted) = (longer, wanted - 1);
            }
        }

        return With(network, Operation.NewLinear(Classes, random.Next(2) == 0), null);
    }

    private static Operation Any(Random random) => random.Next(10) switch
    {
        < 3 => Operation.NewConvolution(new Convolution(
            random.Next(1, 20), random.Next(1, 7), random.Next(1, 5), random.Next(0, 8), random.Next(2) == 0)),
        3 => Operation.BatchNorm,
        4 => Operation.NewNeuron(random.Next(2) == 0 ? Thresholds.Shared : Thresholds.Channelwise),
        5 => Operation.NewAveragePool(random.Next(1, 4)),
        6 => random.Next(2) == 0
            ? Operation.NewMaxPool(random.Next(1, 4))
            : Operation.NewOverlappingMaxPool(new PoolWindow(random.Next(1, 5), random.Next(1, 4), random.Next(0, 3))),
        7 => random.Next(2) == 0 ? Operation.WeightedSum : Operation.Sum,
        8 => random.Next(2) == 0 ? Operation.NewDropout(0.5) : Operation.GlobalAveragePool,
        _ => random.Next(2) == 0 ? Operation.Relu : Operation.NewLinear(random.Next(1, 40), random.Next(2) == 0),
    };

    /// <summary>One node more, which reads any nodes before it; the last one where nothing is random.</summary>
    private static Network With(Network network, Operation operation, Random? random)
    {
        var last = network.Nodes.Length - 1;
        int Input() => random is not null && random.Next(4) == 0 ? random.Next(last + 1) : last;
        var node = new Node($"node{last + 1}", operation, operation.IsWeightedSum || operation.IsSum ? [Input(), Input()] : [Input()]);
        return new Network(network.Architecture, network.Input, network.Classes, network.Neurons, [.. network.Nodes, node]);
    }

    private static IEnumerable<double> Repeat(int count, double value) => Enumerable.Repeat(value, count);
}
