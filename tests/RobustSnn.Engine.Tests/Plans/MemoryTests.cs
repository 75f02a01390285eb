using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>What is alive on a device, and what plans say of it beforehand.</summary>
[TestFixture]
public sealed class MemoryTests
{
    private static IEnumerable<TestCaseData> Plans =>
        from architecture in new[] { "vggmini", "resnet20" }
        from mode in Enum.GetValues<PassMode>()
        from timesteps in new[] { 0, 4, 8, 20 }
        where timesteps > 0 || mode != PassMode.BatchStatistics
        from batch in new[] { 1, 5, 20 }
        from keptOf in new[] { 1, 10 }
        where architecture == "vggmini" || (batch == 5 && timesteps == 4)
        select new TestCaseData(architecture, mode, timesteps, batch, keptOf).SetArgDisplayNames(
            architecture, $"{mode}", $"T {timesteps}", $"{batch} images", keptOf == 1 ? "dense" : "pruned");

    [TestCaseSource(nameof(Plans))]
    public void A_plan_takes_what_it_said_it_would(string architecture, PassMode mode, int timesteps, int batch, int keptOf)
    {
        using var backend = Backends.Open(options: new BackendOptions(Threads: 2));
        using var model = PlanBench.Model(backend, architecture);
        Prune(model, keptOf);
        var announced = Plan.Measure(model, batch, timesteps, mode);
        var before = backend.LiveBytes;
        var plan = new Plan(model, batch, timesteps, mode);
        using (plan)
        {
            Assert.That(plan.PeakBytes, Is.EqualTo(announced.Total));
            Run(plan, batch);
            Assert.That(backend.LiveBytes, Is.LessThanOrEqualTo(announced.Total).And.GreaterThan(0.9 * announced.Total));
        }

        var gradients = mode == PassMode.Training ? announced.Parameters - before : 0;
        Assert.That(backend.LiveBytes, Is.InRange(before + gradients, before + gradients + announced.Workspace), "the plan's own is given back");
    }

    [TestCaseSource(typeof(Backends), nameof(Backends.Names))]
    public void Nothing_outlives_its_backend(string name)
    {
        var backend = Backends.Open(name);
        var model = PlanBench.Model(backend, "vggmini");
        Prune(model, 10);
        var plan = new Plan(model, 2, 4, PassMode.Training);
        Run(plan, 2);
        Assert.That(backend.LiveBytes, Is.GreaterThan(0));

        backend.Dispose();
        using var all = Assert.EnterMultipleScope();
        Assert.That(backend.LiveBytes, Is.Zero);
        Assert.That(() => plan.Forward(1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => plan.Pixels.Upload([1f]), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => plan.Logits.ToArray(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => backend.Fill(plan.Logits, 1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => backend.Allocate(1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => Dispose(plan, model, backend), Throws.Nothing, "in whatever order");
    }

    [TestCaseSource(typeof(Backends), nameof(Backends.Names))]
    public void A_buffer_is_alive_until_it_is_disposed(string name)
    {
        using var backend = Backends.Open(name);
        var before = backend.LiveBytes;
        var floats = backend.Allocate(1000);
        var bytes = backend.Allocate(10, ElementType.Byte);
        Assert.That(backend.LiveBytes - before, Is.EqualTo(4010));
        floats.Dispose();
        floats.Dispose();
        Assert.That(backend.LiveBytes - before, Is.EqualTo(10));
        Assert.That(() => floats.ToArray(), Throws.TypeOf<ObjectDisposedException>());
        bytes.Dispose();
        Assert.That(backend.LiveBytes, Is.EqualTo(before));
    }

    [Test]
    public void What_the_system_does_not_give_is_refused_with_a_sentence()
    {
        using var backend = Backends.Open();
        Assert.That(() => backend.Allocate(1L << 56), Throws.TypeOf<BadInputException>().With.Message.Contains("MiB more"));
        Assert.That(backend.LiveBytes, Is.Zero);
    }

    [Test]
    public void A_layer_that_is_refused_leaves_nothing_behind()
    {
        using var backend = Backends.Open();
        var geometry = ConvolutionGeometry.Convolution(1, 300, 300, 1, 300, 1, 0); // more taps than a list can number
        using var weights = backend.Allocate(1);
        var before = backend.LiveBytes;
        Assert.That(() => backend.Connect(geometry, weights, new SparsityPattern(geometry.WeightCount, [7])), Throws.TypeOf<BadInputException>());
        Assert.That(backend.LiveBytes, Is.EqualTo(before));
    }

    [Test]
    public void A_plan_that_is_refused_leaves_nothing_behind()
    {
        using var backend = Backends.Open();
        using var model = PlanBench.Model(backend, "vggmini");
        var before = backend.LiveBytes;
        Assert.That(() => new Plan(model, 1 << 24, 1000, PassMode.Training), Throws.TypeOf<BadInputException>());
        Assert.That(backend.LiveBytes, Is.EqualTo(before));
    }

    private static void Run(Plan plan, int batch)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            plan.Pixels.Upload([.. Enumerable.Range(0, (int)plan.Pixels.Length).Select(i => i * 37 % 101 / 101f)]);
            plan.Forward(batch, new RandomKey(1, 2));
            if (plan.Mode is PassMode.InputGradient or PassMode.Training)
            {
                plan.Model.Backend.Fill(plan.LogitGradient, 0.1f);
                plan.Backward(NeuronGradient.Default);
            }
        }
    }

    private static void Prune(SpikingModel model, int keptOf)
    {
        foreach (var parameter in model.Parameters.All.Where(parameter => keptOf > 1 && parameter.Specification.Prunable))
        {
            model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                [.. Enumerable.Range(0, parameter.Specification.Count).Where(i => i % keptOf == 3)]));
        }
    }

    private static void Dispose(params IDisposable[] parts)
    {
        foreach (var part in parts)
            part.Dispose();
    }
}
