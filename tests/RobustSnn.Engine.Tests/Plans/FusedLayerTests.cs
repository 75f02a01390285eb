using Microsoft.FSharp.Collections;
using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Inference plans, where a pruned layer and its neurons are one step, against plans where they are two.</summary>
[TestFixture]
public sealed class FusedLayerTests
{
    private const int Samples = 2;

    private static readonly Operation Conv = Operation.NewConvolution(new Convolution(4, 3, 1, 1, true));
    private static readonly Operation Strided = Operation.NewConvolution(new Convolution(3, 3, 2, 1, false));
    private static readonly Operation Hidden = Operation.NewLinear(9, true);
    private static readonly Operation Head = Operation.NewLinear(PlanBench.Classes, true);

    /// <summary>Name, how many layers become one with their neurons, layers.</summary>
    private static IEnumerable<TestCaseData> Networks()
    {
        yield return Case("a row of layers", 3,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Strided, [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Hidden, [4]), (Operation.NewNeuron(Thresholds.Shared), [5]), (Head, [6])]);
        yield return Case("same shape behind and before", 2, [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Conv, [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Head, [4])]);
        yield return Case("spikes read twice", 2,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Conv, [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Operation.WeightedSum, [2, 4]), (Head, [5])]);
        yield return Case("a current read twice", 0, [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.WeightedSum, [1, 2]), (Head, [3])]);
        yield return Case("two neurons of one current", 0,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.WeightedSum, [2, 3]), (Head, [4])]);
        yield return Case("BatchNorm between", 0, [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Head, [3])]);
        yield return Case("BatchNorm before", 1, [(Operation.BatchNorm, [0]), (Conv, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Head, [3])]);
        yield return Case("pooling between", 0, [(Conv, [0]), (Operation.NewAveragePool(2), [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Head, [3])]);
        yield return Case("a pool before a layer", 2,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewAveragePool(2), [2]), (Conv, [3]), (Operation.NewNeuron(Thresholds.Shared), [4]), (Head, [5])]);
        yield return Case("a pool before the neuron that gives the logits", 2,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewAveragePool(2), [2]), (Head, [3]), (Operation.NewNeuron(Thresholds.Shared), [4])]);
        yield return Case("a pool read twice", 2,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewAveragePool(2), [2]), (Conv, [3]), (Operation.NewNeuron(Thresholds.Shared), [4]), (Operation.WeightedSum, [3, 5]), (Head, [6])]);
        yield return Case("max pooling between two", 1,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewMaxPool(2), [2]), (Head, [3])]);
        yield return Case("a threshold a channel", 1,
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Channelwise), [1]), (Conv, [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Head, [4])]);
        yield return Case("dropout behind", 1, [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.NewDropout(0.5), [2]), (Head, [3])]);
        yield return Case("a neuron that gives the logits", 1, [(Head, [0]), (Operation.NewNeuron(Thresholds.Shared), [1])]);
        yield return Case("a layer that gives the logits", 0, [(Operation.NewDropout(0.5), [0]), (Head, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.WeightedSum, [2, 2])]);

        static TestCaseData Case(string name, int fused, (Operation Operation, int[] Inputs)[] layers) =>
            new TestCaseData(Build(layers), fused).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Networks))]
    public void Logits_and_spikes_are_the_same(Network network, int fused)
    {
        using var backend = Backends.Open("reference");
        using var model = Model(backend, network);
        using var one = new Plan(model, Samples, 3, PassMode.Inference);
        using var two = new Plan(model, Samples, 3, PassMode.InputGradient);
        var neurons = Graph.neurons(network);
        foreach (var plan in new[] { one, two })
        {
            plan.Pixels.Upload([.. Enumerable.Range(0, Samples * network.Input.Count).Select(i => RandomDraws.Uniform(new RandomKey(7, 8), i))]);
            plan.Forward(Samples, countSpikes: true);
        }

        Assert.That(one.Logits.ToArray(), Is.EqualTo(two.Logits.ToArray()));
        Assert.That(neurons.Select(one.SpikeCount), Is.EqualTo(neurons.Select(two.SpikeCount)).And.All.Positive);
    }

    [TestCaseSource(nameof(Networks))]
    public void Currents_of_fused_layers_are_not_stored(Network network, int fused)
    {
        using var backend = Backends.Open("reference");
        using var model = Model(backend, network);
        using var plan = new Plan(model, Samples, 3, PassMode.Inference);
        var without = 0;
        foreach (var node in Graph.neurons(network).Where(node => network.Nodes[network.Nodes[node].Inputs.Head].Operation is { IsConvolution: true } or { IsLinear: true }))
        {
            try
            {
                plan.Current(node);
            }
            catch (InvalidOperationException refusal)
            {
                Assert.That(refusal.Message, Does.Contain(network.Nodes[node].Name).And.Contain(nameof(PassMode.BatchStatistics)));
                without++;
            }
        }

        Assert.That(without, Is.EqualTo(fused));
    }

    [TestCase(PassMode.Inference, false, 3)]
    [TestCase(PassMode.Inference, true, 0)]
    [TestCase(PassMode.InputGradient, true, 3)]
    [TestCase(PassMode.Training, true, 3)]
    [TestCase(PassMode.BatchStatistics, true, 3)]
    public void Only_pruned_layers_with_time_and_without_a_way_back_are_fused(PassMode mode, bool isPruned, int timesteps)
    {
        using var backend = Backends.Open("reference");
        using var model = Model(backend, Build([(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Head, [2])]), isPruned);
        using var plan = new Plan(model, Samples, timesteps, mode);
        if (timesteps > 0)
        {
            Assert.That(plan.Current(2).Shape.Channels, Is.EqualTo(4));
        }

        Assert.That(() => plan.Forward(Samples), Throws.Nothing);
    }

    private static Network Build((Operation Operation, int[] Inputs)[] layers)
    {
        var half = ListModule.OfSeq([0.5, 0.5, 0.5]);
        var nodes = layers.Select((layer, index) => new Node($"node{index + 1}", layer.Operation, ListModule.OfSeq(layer.Inputs)))
            .Prepend(new Node("norm", Operation.NewNormalise(half, half), ListModule.Empty<int>()));
        return new Network("odd", new Shape(3, 6, 6), PlanBench.Classes, new NeuronModel(1, Reset.Hard), ListModule.OfSeq(nodes));
    }

    private static SpikingModel Model(IBackend backend, Network network, bool isPruned = true)
    {
        var model = new SpikingModel(network, backend);
        model.Initialise(4);
        var random = new System.Random(5);
        foreach (var parameter in model.Parameters.All)
        {
            if (parameter.Specification.Kind.IsThreshold)
            {
                backend.Fill(parameter.Value, 0.2f);
            }
            else if (parameter.Specification.Prunable && isPruned)
            {
                model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                    [.. Enumerable.Range(0, parameter.Specification.Count).Where(_ => random.Next(2) == 0)]));
            }
        }

        return model;
    }
}
