using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>What a profiler shows of a pass on the card, and what ranges cost without one.</summary>
public sealed class RangeTests
{
    private const int Tries = 5;

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [Test]
    public void Operations_are_shown_within_their_nodes_also_when_a_pass_is_repeated()
    {
        using var profiler = new AttachedProfiler();
        using var backend = profiler.OpenBackend();
        using var model = SmallNetwork.Make(backend);
        using var plan = new Plan(model, 2, 3, PassMode.InputGradient);
        var first = Pass();
        var second = Pass();
        Assert.That(second, Is.EqualTo(first), "a replay shows what the first run did");
        Assert.That(first, Has.Some.EqualTo("features.0 > Convolve")
            .And.Some.Match("^features.2 > (Norm)?Neuron$").And.Some.Match("^features.2, backward > (Norm)?Neuron(Fixed)?Gradient$"));

        string[] Pass()
        {
            var before = profiler.Heard.Length;
            plan.Pixels.Upload(SmallNetwork.Images(2));
            plan.Forward(2);
            backend.Fill(plan.LogitGradient, 1);
            plan.Backward(NeuronGradient.Default);
            return Operations(profiler.Heard[before..]);
        }
    }

    [Test]
    public void Without_a_profiler_an_operation_allocates_nothing()
    {
        using var backend = Backends.Open(CudaBackends.Name, new(IsChecked: false));
        using var buffer = backend.Allocate(100);
        Assert.That(backend.Range("forward"), Is.Null);
        Work();
        Assert.That(Enumerable.Range(0, Tries).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }), Is.Zero);

        void Work()
        {
            using var range = backend.Range("forward");
            backend.Fill(buffer, 1);
        }
    }

    /// <summary>Operations with the ranges round them; those of a node come with "Record" round the node the first time, which is left out.</summary>
    private static string[] Operations(string[] events)
    {
        var open = new List<string>();
        var shown = new List<string>();
        foreach (var heard in events)
        {
            if (heard.StartsWith("push ", StringComparison.Ordinal))
            {
                open.Add(heard["push ".Length..]);
                shown.Add(string.Join(" > ", open.Where(name => name != nameof(IBackend.Record))));
            }
            else
            {
                Assert.That(open, Is.Not.Empty, "no range ends that did not begin");
                open.RemoveAt(open.Count - 1);
            }
        }

        Assert.That(open, Is.Empty, "every range ends");
        return [.. shown.Where(name => name.Contains(" > "))];
    }
}
