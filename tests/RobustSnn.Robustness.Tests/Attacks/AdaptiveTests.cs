using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>Attacks with a gradient estimator that remembers (METHODS 10): attacks themselves know nothing of it.</summary>
public sealed class AdaptiveTests
{
    private static readonly GradientEstimator Adaptive = GradientEstimators.Parse("bptt.ASSG.0.425");

    [Test]
    public void It_remembers_from_one_gradient_of_a_run_to_the_next_and_forgets_at_the_next_run()
    {
        using var small = new SmallAttack(4);
        small.Batch.BeginRun();
        var first = Gradient(small);
        var second = Gradient(small);
        small.Batch.BeginRun();
        var again = Gradient(small);
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(again, Is.EqualTo(first));
    }

    [Test]
    public void Another_estimator_begins_anew()
    {
        using var small = new SmallAttack(4);
        small.Batch.BeginRun();
        var first = Gradient(small);
        Gradient(small, "bptt.ASSG.0.38");
        Assert.That(Gradient(small), Is.EqualTo(first));
    }

    [Test]
    public void Another_sharpness_is_another_gradient()
    {
        using var small = new SmallAttack(4);
        Assert.That(Gradient(small, "bptt.ASSG.0.38"), Is.Not.EqualTo(Gradient(small)));
    }

    /// <summary>A restart whose memory went on would end elsewhere than a run of its own from the same draws.</summary>
    [Test]
    public void Restarts_begin_anew()
    {
        using var small = new SmallAttack(4);
        var settings = SmallAttack.Settings(Adaptive) with { Budget = Budget.Pixels(1e-5f) }; // so small that no run fools
        var restarted = small.Run(new Pgd(new PgdOptions(3, Restarts: 2)), settings);
        var noise = small.Batch.Images("tests.start");
        var ones = small.Batch.Images("tests.ones");
        small.Batch.Backend.Fill(ones, 1);
        small.Batch.Draw(noise, RandomKind.Uniform, settings.Random.Derive(1));
        small.Batch.Backend.Blend(noise, 2 * settings.Budget.Radius, 1, small.Batch.Clean);
        small.Batch.Step(noise, ones, -settings.Budget.Radius, settings.Budget, noise);
        new Pgd(new PgdOptions(3)).RunFrom(small.Batch, settings, noise);
        Assert.That(small.Batch.DownloadAdversarial().ToArray(), Is.EqualTo(restarted));
    }

    [TestCase("pgd5")]
    [TestCase("apgd-ce(steps=6)")]
    [TestCase("pgd2(restarts=2)")]
    public void Whoever_else_is_in_the_batch_changes_nothing(string name)
    {
        using var small = new SmallAttack(4, samples: 20);
        var attack = AttackCatalogue.Parse(name).Members[0].Attack;
        var settings = SmallAttack.Settings(Adaptive);
        var together = small.Run(attack, settings).Chunk(Small.PixelCount).ToArray();
        int[] others = [17, 3, 11];
        small.Batch.Load([.. others.SelectMany(sample => small.Images.Chunk(Small.PixelCount).ElementAt(sample))],
            Array.ConvertAll(others, sample => small.Labels[sample]), others);
        var apart = small.Run(attack, settings).Chunk(Small.PixelCount).ToArray();
        for (var i = 0; i < others.Length; i++)
        {
            Assert.That(apart[i], Is.EqualTo(together[others[i]]).Within(1e-6f), $"sample {others[i]}");
        }
    }

    [Test]
    public void On_an_ANN_it_is_the_plain_gradient()
    {
        using var small = new SmallAttack(0);
        Assert.That(Gradient(small), Is.EqualTo(Gradient(small, "bptt.PCW.1.0")));
    }

    [Test]
    public void A_gradient_without_a_run_is_refused()
    {
        using var small = new SmallAttack(4);
        small.Classifier.Forward(small.Batch.Clean, small.Batch.Samples, Adaptive);
        small.Classifier.LogitGradient(Adaptive);
        Assert.That(() => small.Classifier.Backward(Adaptive), Throws.InvalidOperationException.With.Message.Contains("BeginRun"));
    }

    private static float[] Gradient(SmallAttack small, string estimator = "bptt.ASSG.0.425") =>
        small.Batch.LossGradient(small.Batch.Clean, LogitLoss.CrossEntropy, null, GradientEstimators.Parse(estimator)).ToArray(small.Images.Length);
}
