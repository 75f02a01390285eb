using NUnit.Framework;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>
/// Runs a pass with the names of values in place of the values: every step must find in its buffers what it reads, whatever shares them.
/// A backend cannot show it, because a wrong plan is equally wrong on all of them.
/// </summary>
[TestFixture]
public sealed class MemoryPlanTests
{
    private const int Batch = 3;

    private static readonly Operation Conv = Operation.NewConvolution(new Convolution(4, 3, 1, 1, true));
    private static readonly Operation Head = Operation.NewLinear(PlanBench.Classes, true);

    private static readonly (string Name, (Operation, int[])[] Layers)[] Odd =
    [
        ("spikes of the image", [(Operation.NewNeuron(Thresholds.Shared), [0]), (Head, [1])]),
        ("neuron at the end", [(Head, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2])]),
        ("BatchNorm that two read", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.WeightedSum, [3, 2]), (Head, [4])]),
        ("BatchNorm's input read again",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.WeightedSum, [3, 1]), (Head, [4])]),
        ("neuron of a neuron", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Head, [4])]),
        ("BatchNorm of spikes",
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.BatchNorm, [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Conv, [4]), (Head, [5])]),
        ("dropout of spikes",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.NewDropout(0.5), [3]), (Conv, [4]), (Head, [5])]),
        ("dropout before the neuron",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewDropout(0.5), [2]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Head, [4])]),
        ("largest spikes", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.NewMaxPool(2), [3]), (Head, [4])]),
        ("largest values", [(Conv, [0]), (Operation.Relu, [1]), (Operation.NewMaxPool(2), [2]), (Operation.NewMaxPool(2), [3]), (Head, [4])]),
        ("a threshold a channel", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Channelwise), [2]), (Conv, [3]), (Head, [4])]),
        ("pooled spikes", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.NewAveragePool(2), [3]), (Head, [4])]),
        ("spikes that nobody reads", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Head, [1])]),
        ("sum of a neuron with itself",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), (Operation.WeightedSum, [3, 3]), (Operation.NewNeuron(Thresholds.Shared), [4]), (Head, [5])]),
        ("two neurons of one value",
            [(Conv, [0]), (Operation.NewNeuron(Thresholds.Shared), [1]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [3]), (Operation.WeightedSum, [2, 4]), (Head, [5])]),
    ];

    private static IEnumerable<TestCaseData> Plans =>
        from network in Odd.Select(odd => (odd.Name, Network: OddNetworkTests.Build(odd.Layers)))
            .Concat(new[] { "vggmini", "wrnmini", "resnet20", "vgg16", "wrn16-4" }.Select(name => (Name: name, Network: Spiking(name))))
        from mode in Enum.GetValues<PassMode>()
        from timesteps in new[] { 0, 1, 4 }
        select new TestCaseData(network.Network, timesteps, mode).SetArgDisplayNames(network.Name, $"T {timesteps}", mode.ToString());

    [TestCaseSource(nameof(Plans))]
    public void Every_step_finds_what_it_reads(Network network, int timesteps, PassMode mode)
    {
        using var backend = Backends.Open("reference");
        using var model = new SpikingModel(network, backend);
        var graph = new PlanGraph(model, Batch, timesteps, mode);
        var memory = new MemoryPlan(graph);
        var slots = new string?[memory.Slots.Count];
        for (var n = 0; n < graph.Nodes.Length; n++)
        {
            if (!graph.IsActive(n))
                continue;
            foreach (var input in graph.Inputs[n])
                Assert.That(slots[memory.Output[input]], Is.EqualTo(Value(input)), $"forward {n}");
            Assert.That(memory.Slots[memory.Output[n]], Is.EqualTo(graph.Shapes[n]));
            if (memory.Membrane[n] >= 0)
                slots[memory.Membrane[n]] = Membrane(n);
            slots[memory.Output[n]] = Value(n);
        }

        Assert.That(slots[memory.Output[graph.Last]], Is.EqualTo(Value(graph.Last)), "logits");
        if (!graph.HasBackward)
            return;
        slots[memory.Gradient[graph.Last]] = Gradient(graph.Last);
        for (var n = graph.Last; n >= 0; n--)
        {
            if (memory.Gradient[n] < 0 || !graph.IsActive(n))
                continue;
            Backward(graph, memory, slots, n);
        }

        Assert.That(slots[memory.Output[graph.Last]], Is.EqualTo(Value(graph.Last)), "scores stay for the caller");
    }

    private static void Backward(PlanGraph graph, MemoryPlan memory, string?[] slots, int node)
    {
        var operation = graph.Nodes[node].Operation;
        var runsAsRelu = operation.IsRelu || (operation.IsNeuron && graph.Timesteps == 0);
        var inputs = graph.Inputs[node];
        Assert.That(memory.Slots[memory.Gradient[node]].IsBits, Is.False);
        Assert.That(slots[memory.Gradient[node]], Is.EqualTo(Gradient(node)), $"gradient of {node}");
        var trains = graph.Mode == PassMode.Training;
        var readsInputs = graph.Norms[node] >= 0 || operation.IsMaxPool || operation.IsOverlappingMaxPool
            || (trains && (operation.IsConvolution || operation.IsLinear || operation.IsBatchNorm || operation.IsWeightedSum));
        for (var i = 0; readsInputs && i < inputs.Length; i++)
            Assert.That(slots[memory.Output[inputs[i]]], Is.EqualTo(Value(inputs[i])), $"backward {node} reads {inputs[i]}");
        if (memory.Membrane[node] >= 0)
            Assert.That(slots[memory.Membrane[node]], Is.EqualTo(Membrane(node)), $"backward {node}");
        else
            Assert.That(graph.Spikes(node) && graph.Norms[node] < 0, Is.False, $"membranes of {node}");
        if (runsAsRelu)
        {
            // dropout in its place keeps the signs
            var signs = Enumerable.Range(0, graph.Nodes.Length).Where(n => n == node || (graph.Nodes[n].Operation.IsDropout && graph.Inputs[n][0] == node));
            Assert.That(signs.Select(Value), Has.Member(slots[memory.Output[node]]), $"signs of {node}");
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (memory.Gradient[inputs[i]] is var target && (target < 0 || !memory.NeedsGradient[inputs[i]]))
                continue;
            Assert.That(slots[memory.Gradient[node]], Is.EqualTo(Gradient(node)), $"gradient of {node} for {inputs[i]}");
            if (memory.Accumulate[node][i])
                Assert.That(slots[target], Is.EqualTo(Gradient(inputs[i])), $"share of {node} in {inputs[i]}");
            slots[target] = Gradient(inputs[i]);
        }

        if (graph.Norms[node] >= 0 && slots[memory.Gradient[node]] == Gradient(node))
            slots[memory.Gradient[node]] = null; // used up
    }

    private static Network Spiking(string architecture)
    {
        using var backend = Backends.Open("reference");
        using var model = PlanBench.Model(backend, architecture);
        return model.Network;
    }

    private static string Value(int node) => $"value {node}";

    private static string Membrane(int node) => $"membrane {node}";

    private static string Gradient(int node) => $"gradient {node}";
}
