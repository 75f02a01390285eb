using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>Small spiking networks of each family with parameters drawn so that every layer fires, and images as a sensor gives them.</summary>
internal static class SmallNetworks
{
    public const int Side = 16;
    public const int Classes = 10;

    /// <summary>What <see cref="Build"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["vgg", "vgg-max", "vgg-pooled", "resnet", "wrn", "plain-sum"];

    public static NeuronModel Papers { get; } = new(1, Reset.Hard);

    public static NeuronModel SoftReset { get; } = new(1, Reset.Soft);

    public static NeuronModel Leaky { get; } = new(0.75, Reset.Soft);

    public static SpikingModel Build(IBackend backend, string name, NeuronModel neurons, bool isPruned = false, bool isChannelwise = false)
    {
        var network = Conversion.toSpiking(neurons, Ann(name));
        if (isChannelwise)
        {
            network = With(network, operation => operation.IsNeuron ? Operation.NewNeuron(Thresholds.Channelwise) : operation);
        }

        var model = new SpikingModel(network, backend);
        model.Initialise(5);
        var random = new System.Random(6);
        foreach (var parameter in model.Parameters.All)
        {
            var kind = parameter.Specification.Kind;
            if (kind.IsWeight && isPruned)
            {
                Prune(model, parameter, random);
            }
            else if (!kind.IsWeight)
            {
                parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => Draw(kind, random))]);
            }
        }

        return model;
    }

    /// <summary>Whole 255ths.</summary>
    public static float[] Images(int count, int seed)
    {
        var random = new System.Random(seed);
        return [.. Enumerable.Range(0, count * 3 * Side * Side).Select(_ => random.Next(256) / 255f)];
    }

    public static Network With(Network network, Func<Operation, Operation> change) => new(
        network.Architecture, network.Input, network.Classes, network.Neurons,
        ListModule.OfSeq(network.Nodes.Select(node => new Node(node.Name, change(node.Operation), node.Inputs))));

    private static Network Ann(string name)
    {
        var mean = ListModule.OfSeq([125.0 / 255, 123.0 / 255, 114.0 / 255]);
        var deviation = ListModule.OfSeq([0.247, 0.2435, 0.2616]);
        var input = new Shape(3, Side, Side);
        return name switch
        {
            "vgg" => Architectures.build("vggmini", Classes, input, mean, deviation),
            "vgg-max" => Families.build(Vgg(VggFeature.M, false), Classes, input, mean, deviation),
            "vgg-pooled" => Families.build(Vgg(VggFeature.A, true), Classes, input, mean, deviation),
            "resnet" => Families.build(Family.NewResNetFamily(1), Classes, input, mean, deviation),
            "wrn" => Architectures.build("wrnmini", Classes, input, mean, deviation),
            "plain-sum" => With(Families.build(Family.NewResNetFamily(1), Classes, input, mean, deviation),
                operation => operation.IsWeightedSum ? Operation.Sum : operation),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such network"),
        };
    }

    private static Family Vgg(VggFeature pool, bool isPooled) => Family.NewVggFamily(
        ListModule.OfSeq([VggFeature.NewC(8), pool, VggFeature.NewC(12), VggFeature.A, VggFeature.NewC(12)]),
        new VggHead(isPooled, ListModule.OfSeq([16]), 0.2));

    private static void Prune(SpikingModel model, ParameterTensor weight, System.Random random)
    {
        weight.Value.Upload([.. weight.Value.ToArray().Select(value => 2 * value)]); // what is left makes up for what is gone
        model.Parameters.Prune(weight.Name, new SparsityPattern(weight.Specification.Count,
            [.. Enumerable.Range(0, weight.Specification.Count).Where(_ => random.Next(4) == 0)]));
    }

    private static float Draw(ParameterKind kind, System.Random random)
    {
        var uniform = random.NextSingle();
        return kind switch
        {
            { IsScale: true } => uniform < 0.2f ? -0.5f - uniform : 0.5f + uniform,
            { IsRunningVariance: true } => 0.2f + uniform,
            { IsThreshold: true } => 0.3f + 0.5f * uniform,
            { IsCoefficients: true } => 0.3f + 0.4f * uniform,
            _ => uniform - 0.4f,
        };
    }
}
