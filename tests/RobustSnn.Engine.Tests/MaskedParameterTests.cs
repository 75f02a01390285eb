using NUnit.Framework;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Tests.Plans;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests;

/// <summary>Weights of which scores say how many count, frozen parameters, and settings of their own.</summary>
[TestFixture("cpu")]
[TestFixture("reference")]
public sealed class MaskedParameterTests(string name)
{
    private const string Weight = "classifier.1.weight";

    private IBackend backend = null!;
    private SpikingModel model = null!;
    private Plan plan = null!;

    private float[] Images { get; } = [.. Enumerable.Range(0, 2 * 3 * 8 * 8).Select(i => i * 37 % 101 / 101f)];

    [SetUp]
    public void Open()
    {
        backend = Backends.Open(name, new BackendOptions(Threads: 1, IsChecked: true));
        model = PlanBench.Model(backend, "vggmini", side: 8);
        plan = new Plan(model, 2, 0, PassMode.Training);
    }

    [TearDown]
    public void Close()
    {
        plan.Dispose();
        model.Dispose();
        backend.Dispose();
    }

    [Test]
    public void Layers_see_only_what_is_kept()
    {
        var weights = model.Parameters[Weight].Value.ToArray();
        var mask = Score(kept: weights.Length / 5);
        var kept = mask.Pattern();
        Assert.That(kept.Count, Is.EqualTo(weights.Length / 5));
        var masked = Logits();
        model.Parameters[Weight].Value.Upload(kept.Expand(kept.Compact(weights)));
        mask.Kept = weights.Length;
        Assert.That(Logits(), Is.EqualTo(masked));
    }

    [Test]
    public void Changed_scores_count_from_the_next_pass_on()
    {
        var mask = Score(kept: 10);
        var before = Logits();
        mask.Scores.Upload([.. mask.Scores.ToArray().Reverse()]);
        Assert.That(Logits(), Is.Not.EqualTo(before));
    }

    [Test]
    public void The_gradient_of_a_score_is_that_of_the_masked_weight_times_the_weight()
    {
        var parameter = model.Parameters[Weight];
        var mask = Score(kept: 100);
        Backward();
        model.Parameters.FinishGradients();
        var expected = mask.MaskedGradient!.ToArray().Zip(parameter.Value.ToArray(), (gradient, weight) => gradient * weight).ToArray();
        Assert.That(mask.ScoreGradient!.ToArray(), Is.EqualTo(expected).Within(1e-6f));
        Assert.That(expected.Count(each => each != 0), Is.GreaterThan(100), "it passes straight through the mask");
        var kept = mask.Pattern();
        Assert.That(parameter.Gradient!.ToArray(), Is.EqualTo(kept.Expand(kept.Compact(mask.MaskedGradient!.ToArray()))));
    }

    [Test]
    public void A_frozen_weight_stays_while_its_scores_learn()
    {
        var parameter = model.Parameters[Weight];
        var mask = Score(kept: 100);
        parameter.IsFrozen = true;
        var (weights, scores) = (parameter.Value.ToArray(), mask.Scores.ToArray());
        Backward();
        model.Parameters.SgdStep(new SgdSettings(0.1f, 0.9f, 1e-3f));
        Assert.That(parameter.Value.ToArray(), Is.EqualTo(weights));
        Assert.That(mask.Scores.ToArray(), Is.Not.EqualTo(scores));
    }

    [Test]
    public void A_parameter_may_have_settings_of_its_own()
    {
        var parameter = model.Parameters[Weight];
        parameter.Settings = step => step with { LearningRate = 10 * step.LearningRate, WeightDecay = 0, Momentum = 0 };
        var before = parameter.Value.ToArray();
        Backward();
        var gradient = parameter.Gradient!.ToArray();
        model.Parameters.SgdStep(new SgdSettings(0.01f, 0.9f, 1e-3f));
        Assert.That(parameter.Value.ToArray(), Is.EqualTo(before.Zip(gradient, (value, slope) => value - 0.1f * slope)).Within(1e-6f));
    }

    [Test]
    public void Pruning_ends_the_mask()
    {
        var mask = Score(kept: 50);
        var masked = Logits();
        model.Parameters.Prune(Weight, mask.Pattern());
        Assert.That(model.Parameters[Weight].Mask, Is.Null);
        Assert.That(Logits(), Is.EqualTo(masked).Within(1e-5f));
    }

    [TestCase("features.1.bias")]
    [TestCase("features.0.bias")]
    public void Only_weights_are_masked(string other)
    {
        if (model.Parameters.Contains(other))
            Assert.That(() => model.Parameters.Score(other, 1), Throws.ArgumentException);
    }

    private ScoredMask Score(long kept)
    {
        var mask = model.Parameters.Score(Weight, kept);
        model.Parameters.PrepareTraining();
        mask.Scores.Upload([.. Enumerable.Range(0, (int)mask.Scores.Length).Select(i => (i * 7919 % 1009 - 504) / 504f)]);
        return mask;
    }

    private float[] Logits()
    {
        using var inference = new Plan(model, 2, 0, PassMode.Inference);
        inference.Pixels.Upload(Images);
        inference.Forward(2);
        return inference.Logits.ToArray();
    }

    private void Backward()
    {
        model.Parameters.ClearGradients();
        plan.Pixels.Upload(Images);
        plan.Forward(2);
        backend.Fill(plan.LogitGradient, 1);
        plan.LogitGradient.Upload([1f, -1f, 0.5f]);
        plan.Backward(NeuronGradient.Default);
    }
}
