using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>T and batch at the edges of the layouts and far beyond them.</summary>
[TestFixture]
public sealed class LimitTests
{
    private static IEnumerable<TestCaseData> Edges =>
        from width in VectorWidths.Available
        from size in new[] { (97, 16), (49, 16), (25, 16), (100, 3), (17, 17), (9, 9), (16, 8), (33, 1), (1000, 1), (300, 16) }
        from isPruned in new[] { true, false }
        where isPruned || width == VectorWidths.Available.Max()
        select new TestCaseData(width, size.Item1, size.Item2, isPruned).SetArgDisplayNames(
            $"{width}", $"T {size.Item1}", $"{size.Item2} images", isPruned ? "pruned" : "dense");

    [TestCaseSource(nameof(Edges))]
    public void Any_T_and_batch_give_the_reference_s_logits(VectorWidth width, int timesteps, int batch, bool isPruned)
    {
        using var fast = Backends.Open(options: new(2, Vectors: width));
        using var plain = Backends.Open("reference");
        Assert.That(Logits(fast), Is.EqualTo(Logits(plain)).Within(2e-2f).And.Some.Not.Zero);

        float[] Logits(IBackend backend)
        {
            using var model = Model(backend, isPruned);
            using var plan = new Plan(model, batch, timesteps, PassMode.Inference);
            plan.Pixels.Upload(Pixels(plan));
            plan.Forward(batch);
            return plan.Logits.ToArray();
        }
    }

    /// <summary>
    /// A membrane at its threshold may fire on one backend and not on the other, and all that follows from it then differs: the gradients point
    /// the same way, which wrong lanes, steps or samples do not.
    /// </summary>
    [Test]
    public void Any_T_and_batch_give_gradients_that_point_where_the_reference_s_do(
        [Values] bool isPruned, [Values("97 of 16", "17 of 17", "9 of 9", "100 of 3", "33 of 1", "200 of 2")] string size,
        [Values(PassMode.InputGradient, PassMode.Training)] PassMode mode)
    {
        var (timesteps, batch) = (int.Parse(size.Split(' ')[0]), int.Parse(size.Split(' ')[2]));
        using var fast = Backends.Open(options: new(2));
        using var plain = Backends.Open("reference");
        foreach (var ((name, found), (_, expected)) in Gradients(fast).Zip(Gradients(plain)))
        {
            Assert.That(expected, Has.Some.Not.Zero, name);
            Assert.That(Cosine(found, expected), Is.GreaterThan(0.995), name);
        }

        List<(string Name, float[] Values)> Gradients(IBackend backend)
        {
            using var model = Model(backend, isPruned);
            using var plan = new Plan(model, batch, timesteps, mode);
            if (mode == PassMode.Training)
            {
                return [.. PlanBench.Train(plan, Pixels(plan), batch).Where(result => result.Name.EndsWith(".weight", StringComparison.Ordinal))];
            }

            return [("pixels", PlanBench.Attack(plan, Pixels(plan), batch, NeuronGradient.Default).Gradient)];
        }
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));

    private static float[] Pixels(Plan plan) => [.. Enumerable.Range(0, (int)plan.Pixels.Length).Select(i => i * 37 % 101 / 101f)];

    private static SpikingModel Model(IBackend backend, bool isPruned)
    {
        var model = PlanBench.Model(backend, "vggmini", side: 8);
        foreach (var parameter in model.Parameters.All.Where(parameter => isPruned && parameter.Specification.Prunable))
        {
            model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                [.. Enumerable.Range(0, parameter.Specification.Count).Where(i => i % 4 == 1)]));
        }

        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Kind.IsThreshold))
            backend.Fill(parameter.Value, 0.06f); // so that deep layers fire in few steps too
        return model;
    }

    [TestCase(1001)]
    [TestCase(134217729)]
    [TestCase(int.MaxValue)]
    [TestCase(-1)]
    public void Too_many_timesteps_are_refused_by_their_number(int timesteps)
    {
        using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
        using var model = PlanBench.Model(backend, "vggmini");
        foreach (var mode in Enum.GetValues<PassMode>())
        {
            Assert.That(() => new Plan(model, 4, timesteps, mode),
                Throws.TypeOf<BadInputException>().With.Message.Contains(timesteps.ToString()).And.Message.Contains("1000"));
        }

        Assert.That(() => new FrozenNetwork(model, 4, timesteps), Throws.TypeOf<BadInputException>());
    }

    [Test]
    public void What_does_not_fit_is_refused_with_what_does()
    {
        using var backend = Backends.Open(options: new BackendOptions(Threads: 1));
        using var model = PlanBench.Model(backend, "vgg11", side: 32);
        var refused = Assert.Throws<BadInputException>(() => new Plan(model, 1 << 20, 1000, PassMode.Training))!;
        Assert.That(refused.Message, Does.Contain("a batch of"));
        var batch = int.Parse(System.Text.RegularExpressions.Regex.Match(refused.Message, @"a batch of (\d+) with this T").Groups[1].Value);
        Assert.That(batch, Is.GreaterThan(0));
        Assert.That(Plan.Measure(model, batch, 1000, PassMode.Training).Total, Is.LessThanOrEqualTo(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
    }

    [Test]
    public void A_buffer_too_small_for_its_shape_is_refused()
    {
        using var backend = Backends.Open();
        using var buffer = backend.Allocate(100);
        Assert.That(() => new Activation(new ActivationShape(3, 4, 4, 1, LaneLayout.Choose(2, 4)), buffer), Throws.ArgumentException);
    }

    [Test]
    public void A_second_thread_on_one_backend_is_refused()
    {
        using var backend = Backends.Open(options: new BackendOptions(Threads: 2));
        using var buffer = backend.Allocate(1 << 22);
        using var stop = new CancellationTokenSource();
        var refusals = 0;
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    backend.RandomFill(buffer, buffer.Length, RandomKind.Normal, default);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refusals);
                    stop.Cancel();
                }
            }
        })).ToArray();
        stop.CancelAfter(TimeSpan.FromSeconds(20));
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.That(refusals, Is.GreaterThan(0));
        Assert.That(() => backend.Fill(buffer, 1), Throws.Nothing, "the backend can be used as before");
    }
}
