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

    /// <summary>To the bit, wherever in a batch: what an estimator takes means or deviations over is the sample's own.</summary>
    [TestCase("bptt.ASSG.0.425")]
    [TestCase("bptt.PDSG")]
    [TestCase("rga")]
    [TestCase("hart")]
    public void A_samples_gradient_is_the_same_alone_and_among_others(string estimator)
    {
        using var small = new SmallAttack(4, samples: 20);
        small.Batch.BeginRun();
        var together = Gradient(small, estimator).Chunk(Small.PixelCount).ToArray();
        foreach (var sample in new[] { 17, 3 })
        {
            small.Batch.Load(small.Images.AsSpan(sample * Small.PixelCount, Small.PixelCount), [small.Labels[sample]], [sample]);
            small.Batch.BeginRun();
            var alone = Gradient(small, estimator).Take(Small.PixelCount).ToArray();
            Assert.That(alone, Has.Some.Not.Zero);
            Assert.That(alone, Is.EqualTo(together[sample]), $"sample {sample}");
        }
    }

    /// <summary>Samples 0 to 3 have one gradient, then 1 leaves and 4 comes; each has the gradients that it has alone, in its own order.</summary>
    [Test]
    public void Samples_come_and_go_and_each_has_its_own_run()
    {
        using var small = new SmallAttack(4, samples: 5);
        var images = small.Images.Chunk(Small.PixelCount).ToArray();
        var alone = Enumerable.Range(0, 5).Select(sample =>
        {
            Load(small, sample);
            small.Batch.BeginRun();
            return new[] { Rows(small)[0], Rows(small)[0] };
        }).ToArray();

        Load(small, 0, 1, 2, 3);
        small.Batch.BeginRun();
        var first = Rows(small);
        var marks = small.Batch.Vector("tests.marks");
        marks.Upload([0, 1, 0, 0]);
        small.Classifier.DropSamples(Adaptive, marks, 4);
        Load(small, 0, 2, 3, 4);
        marks.Upload([0, 0, 0, 1]);
        small.Classifier.BeginSamples(Adaptive, marks, 4);
        var second = Rows(small);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < 4; sample++)
            {
                Assert.That(first[sample], Is.EqualTo(alone[sample][0]).Within(1e-6f), $"the first gradient of {sample}");
            }

            Assert.That(second[0], Is.EqualTo(alone[0][1]).Within(1e-6f), "the second of 0");
            Assert.That(second[1], Is.EqualTo(alone[2][1]).Within(1e-6f), "the second of 2");
            Assert.That(second[2], Is.EqualTo(alone[3][1]).Within(1e-6f), "the second of 3");
            Assert.That(second[3], Is.EqualTo(alone[4][0]).Within(1e-6f), "the first of 4");
            Assert.That(alone[4][1], Is.Not.EqualTo(alone[4][0]).Within(1e-6f), "so that it matters which");
        });

        void Load(SmallAttack small, params int[] samples) => small.Batch.Load([.. samples.SelectMany(sample => images[sample])],
            Array.ConvertAll(samples, sample => small.Labels[sample]), samples);

        static float[][] Rows(SmallAttack small) => [.. Gradient(small).Chunk(Small.PixelCount).Take(small.Batch.Samples)];
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
