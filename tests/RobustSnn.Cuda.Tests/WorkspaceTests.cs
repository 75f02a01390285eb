using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests;

/// <summary>What a plan takes of a card beside its buffers is what was said of it before, and not much less.</summary>
public static class WorkspaceTests
{
    private const int Side = 16;

    private static IEnumerable<TestCaseData> Plans =>
        from architecture in new[] { "vggmini", "resnet20" }
        from mode in Enum.GetValues<PassMode>()
        from timesteps in new[] { 0, 4, 20 }
        where timesteps > 0 || mode != PassMode.BatchStatistics
        from batch in new[] { 1, 12 }
        from keptOf in new[] { 1, 10, 50 }
        where architecture == "vggmini" || (batch == 12 && timesteps == 4)
        select new TestCaseData(architecture, mode, timesteps, batch, keptOf).SetArgDisplayNames(
            architecture, $"{mode}", $"T {timesteps}", $"{batch} images", keptOf == 1 ? "dense" : $"1 of {keptOf} weights");

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Plans))]
    public static void A_plan_takes_what_it_said_it_would(string architecture, PassMode mode, int timesteps, int batch, int keptOf)
    {
        using var backend = Backends.Open(CudaBackends.Name);
        using var model = Model(backend, architecture, keptOf);
        var announced = Plan.Measure(model, batch, timesteps, mode);
        using var plan = new Plan(model, batch, timesteps, mode);
        for (var pass = 0; pass < 2; pass++)
        {
            plan.Pixels.Upload([.. Enumerable.Range(0, (int)plan.Pixels.Length).Select(i => i * 37 % 101 / 101f)]);
            plan.Forward(batch, new RandomKey(1, 2));
            if (mode is PassMode.InputGradient or PassMode.Training)
            {
                backend.Fill(plan.LogitGradient, 0.1f);
                plan.Backward(NeuronGradient.Default);
            }
        }

        Assert.That(backend.LiveBytes, Is.LessThanOrEqualTo(announced.Total).And.GreaterThan(0.9 * announced.Total));
    }

    private static SpikingModel Model(IBackend backend, string architecture, int keptOf)
    {
        var ann = Architectures.build(architecture, 10, new Shape(3, Side, Side), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
        var model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        model.Initialise(3);
        foreach (var parameter in model.Parameters.All.Where(parameter => keptOf > 1 && parameter.Specification.Prunable))
        {
            model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                [.. Enumerable.Range(0, parameter.Specification.Count).Where(i => i % keptOf == 3)]));
        }

        return model;
    }
}
