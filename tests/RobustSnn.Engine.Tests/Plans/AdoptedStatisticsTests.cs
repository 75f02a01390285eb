using NUnit.Framework;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Running statistics that are those of one batch.</summary>
[TestFixture]
public sealed class AdoptedStatisticsTests
{
    [TestCase("vggmini", 0)]
    [TestCase("vggmini", 4)]
    [TestCase("wrnmini", 4)]
    public void Inference_computes_what_the_batch_did(string architecture, int timesteps)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, architecture);
        using var batch = new Plan(model, 4, timesteps, PassMode.BatchStatistics);
        using var inference = new Plan(model, 4, timesteps, PassMode.Inference);
        var images = PlanBench.Images(4, 20);
        batch.Pixels.Upload(images);
        batch.Forward(4);
        var expected = batch.Logits.ToArray();
        inference.Pixels.Upload(images);
        inference.Forward(4);
        Assert.That(PlanBench.Error(inference.Logits.ToArray(), expected), Is.GreaterThan(1e-2), "statistics matter");

        batch.AdoptStatistics();
        inference.Forward(4);
        Assert.That(PlanBench.Error(inference.Logits.ToArray(), expected), Is.LessThan(1e-6));
    }

    [TestCase(PassMode.Inference, true)]
    [TestCase(PassMode.Training, true)]
    [TestCase(PassMode.BatchStatistics, false)]
    public void Without_a_batchs_statistics_there_is_nothing_to_adopt(PassMode mode, bool hasForward)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, 1, 2, mode);
        if (hasForward)
        {
            plan.Forward(1);
        }

        Assert.That(plan.AdoptStatistics, Throws.InvalidOperationException);
    }
}
