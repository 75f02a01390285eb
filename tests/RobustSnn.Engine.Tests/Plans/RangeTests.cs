using System.Reflection;
using NUnit.Framework;
using RobustSnn.Engine.Checked;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>A plan names its nodes to the backend, which may have a profiler listening.</summary>
public sealed class RangeTests
{
    [Test]
    public void Operations_are_called_under_their_nodes_names([Values] bool isChecked)
    {
        using var cpu = Backends.Open(options: new(1, IsChecked: false));
        var (listening, heard) = ListeningBackend.Around(cpu);
        using var backend = isChecked ? new CheckedBackend(listening) : listening;
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, 2, 3, PassMode.InputGradient);
        heard.Calls.Clear();
        _ = PlanBench.Attack(plan, PlanBench.Images(2, 1), 2, NeuronGradient.Default);

        string[] nodes = [.. Graph.neurons(model.Network).Select(node => model.Network.Nodes[node].Name)];
        Assert.That(heard.Depth, Is.Zero, "every range ends");
        Assert.That(heard.Calls.Where(call => call.Operation is "Neuron" or "NormNeuron").Select(call => call.Under), Is.EqualTo(nodes));
        Assert.That(heard.Calls.Where(call => call.Operation is "NeuronGradient" or "NormNeuronFixedGradient").Select(call => call.Under),
            Is.EqualTo(nodes.Reverse().Select(name => $"{name}, backward")));
        Assert.That(heard.Calls.Where(call => call.Operation is "Readout" or "ReadoutGradient").Select(call => call.Under), Is.All.Empty);
    }

    [Test]
    public void Without_a_profiler_ranges_allocate_nothing()
    {
        using var backend = Backends.Open(options: new(1));
        Assert.That(Allocations.OfEachCall(() =>
        {
            using var range = backend.Range("forward");
        }), Is.Zero);
    }

    /// <summary>The CPU, and what it is called under.</summary>
    public class ListeningBackend : DispatchProxy
    {
        private readonly Stack<string> open = [];
        private IBackend inner = null!;

        public List<(string Operation, string Under)> Calls { get; } = [];

        public int Depth => open.Count;

        public static (IBackend Backend, ListeningBackend Heard) Around(IBackend inner)
        {
            var backend = Create<IBackend, ListeningBackend>();
            ((ListeningBackend)(object)backend).inner = inner;
            return (backend, (ListeningBackend)(object)backend);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IBackend.Range))
            {
                open.Push((string)args![0]!);
                return new End(open);
            }

            Calls.Add((targetMethod.Name, open.Count > 0 ? open.Peek() : ""));
            return targetMethod.Invoke(inner, args);
        }

        private sealed class End(Stack<string> open) : IDisposable
        {
            public void Dispose() => open.Pop();
        }
    }
}
