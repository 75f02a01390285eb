using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>Gradients that are means over passes of a network that draws (EOT).</summary>
public sealed class OverPassesTests
{
    private const float Deviation = 0.1f;

    /// <summary>A mean of 16 independent gradients has a sixteenth of the variance of one: with 40 of each, the estimate is within a factor of two.</summary>
    [Test]
    public void The_variance_of_a_gradient_falls_as_passes_are_added()
    {
        using var small = new SmallAttack(0, samples: 2);
        using var noisy = new NoisyClassifier(small.Classifier, Deviation);
        using var batch = Batch(small, noisy);
        var one = Variance(() => Gradient(batch, 1));
        var sixteen = Variance(() => Gradient(batch, 16));
        Assert.That(one, Is.Positive);
        Assert.That(sixteen / one, Is.EqualTo(1.0 / 16).Within(1.0 / 32));
    }

    [TestCase(0, "bptt.PCW.1.0")]
    [TestCase(4, "bptt.PCW.1.0")]
    [TestCase(4, "bptr")]
    [TestCase(4, "act")]
    public void Gradient_losses_and_logits_are_the_means_of_the_passes(int timesteps, string name)
    {
        using var small = new SmallAttack(timesteps);
        var estimator = GradientEstimators.Parse(name);
        using var apart = new NoisyClassifier(small.Classifier, Deviation);
        using var single = Batch(small, apart);
        var passes = Enumerable.Range(0, 3).Select(_ => Pass(single, 1)).ToArray();
        using var together = new NoisyClassifier(small.Classifier, Deviation);
        using var averaging = Batch(small, together);
        var mean = Pass(averaging, 3);
        Assert.Multiple(() =>
        {
            Agree(mean.Gradient, [.. passes.Select(each => each.Gradient)]);
            Agree(mean.Losses, [.. passes.Select(each => each.Losses)]);
            Agree(mean.Logits, [.. passes.Select(each => each.Logits)]);
            Assert.That(passes[1].Gradient, Is.Not.EqualTo(passes[0].Gradient), "so that the mean is one of different passes");
        });

        (float[] Gradient, float[] Losses, float[] Logits) Pass(AttackBatch batch, int passes)
        {
            var settings = SmallAttack.Settings(estimator) with { Passes = passes };
            var gradient = batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, settings, out var logits).ToArray(small.Images.Length);
            return (gradient, batch.LossValues.ToArray(batch.Samples), logits.ToArray(batch.Samples * Small.Classes));
        }
    }

    [Test]
    public void Losses_without_a_gradient_are_means_too()
    {
        using var small = new SmallAttack(4);
        using var apart = new NoisyClassifier(small.Classifier, Deviation);
        using var single = Batch(small, apart);
        var passes = Enumerable.Range(0, 3).Select(_ => Pass(single, 1)).ToArray();
        using var together = new NoisyClassifier(small.Classifier, Deviation);
        using var averaging = Batch(small, together);
        var mean = Pass(averaging, 3);
        Agree(mean.Losses, [.. passes.Select(each => each.Losses)]);
        Agree(mean.Logits, [.. passes.Select(each => each.Logits)]);

        (float[] Losses, float[] Logits) Pass(AttackBatch batch, int passes)
        {
            var logits = batch.Losses(
                batch.Clean, LogitLoss.CrossEntropy, null, SmallAttack.Settings(GradientEstimator.Default) with { Passes = passes });
            return (batch.LossValues.ToArray(batch.Samples), logits.ToArray(batch.Samples * Small.Classes));
        }
    }

    /// <summary>
    /// Where all passes are alike, an estimator that learned from each would give another gradient in the second, and so another mean; and the
    /// next gradient would follow from a memory that has seen five passes instead of two.
    /// </summary>
    [Test]
    public void Of_the_passes_of_a_gradient_an_estimator_that_adapts_learns_from_the_first()
    {
        var settings = SmallAttack.Settings(GradientEstimators.Parse("bptt.ASSG.0.425"));
        using var small = new SmallAttack(4);
        small.Batch.BeginRun();
        var once = new[] { Next(settings), Next(settings) };
        small.Batch.BeginRun();
        var often = new[] { Next(settings with { Passes = 4 }), Next(settings with { Passes = 4 }) };
        Assert.Multiple(() =>
        {
            Assert.That(often[0], Is.EqualTo(once[0]).Within(1e-6f));
            Assert.That(often[1], Is.EqualTo(once[1]).Within(1e-6f));
            Assert.That(once[1], Is.Not.EqualTo(once[0]).Within(1e-6f));
        });

        float[] Next(AttackSettings how) =>
            small.Batch.LossGradient(small.Batch.Clean, LogitLoss.CrossEntropy, null, how).ToArray(small.Images.Length);
    }

    private static IEnumerable<string> Followers => AttackCatalogue.Names.Where(name => AttackCatalogue.Parse(name).Members[0].Attack.FollowsGradients);

    /// <summary>An attack that asked for its gradients by the estimator alone would take one pass for each.</summary>
    [TestCaseSource(nameof(Followers))]
    public void Every_attack_that_follows_gradients_takes_all_passes_for_each(string name)
    {
        var once = PassesOf(name);
        var often = PassesOf($"{name}(eot=3)");
        Assert.That(once.Backward, Is.Positive);
        Assert.That(often.Backward, Is.EqualTo(3 * once.Backward));

        static (int Forward, int Backward) PassesOf(string name)
        {
            using var small = new SmallAttack(0);
            using var counting = new NoisyClassifier(small.Classifier, 0);
            using var batch = Batch(small, counting);
            var settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(1e-6f) }; // nobody falls
            AttackCatalogue.Parse(name).Members[0].Attack.Run(batch, settings);
            return counting.Passes;
        }
    }

    [Test]
    public void An_attack_without_gradients_has_no_passes_to_average() =>
        Assert.Throws<ArgumentException>(() => _ = new OverPasses(AttackCatalogue.Parse("square").Members[0].Attack, 2));

    private static AttackBatch Batch(SmallAttack small, IClassifier classifier)
    {
        var batch = new AttackBatch(classifier);
        batch.Load(small.Images, small.Labels, [.. Enumerable.Range(0, small.Labels.Length)]);
        return batch;
    }

    private static float[] Gradient(AttackBatch batch, int passes) => batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null,
        SmallAttack.Settings(GradientEstimator.Default) with { Passes = passes }).ToArray((int)batch.PixelCount);

    /// <summary>Of every value over 40 draws, summed over the values.</summary>
    private static double Variance(Func<float[]> draw)
    {
        var draws = Enumerable.Range(0, 40).Select(_ => draw()).ToArray();
        return Enumerable.Range(0, draws[0].Length).Sum(i =>
        {
            var mean = draws.Average(each => (double)each[i]);
            return draws.Sum(each => (each[i] - mean) * (each[i] - mean)) / (draws.Length - 1);
        });
    }

    private static void Agree(float[] mean, float[][] passes)
    {
        var largest = passes.Max(pass => pass.Max(Math.Abs));
        for (var i = 0; i < mean.Length; i++)
        {
            Assert.That(mean[i], Is.EqualTo(passes.Average(pass => (double)pass[i])).Within(1e-6 * largest), $"value {i}");
        }
    }
}
