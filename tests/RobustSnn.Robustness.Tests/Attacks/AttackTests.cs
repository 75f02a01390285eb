using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class AttackTests
{
    private static readonly IAttack[] Attacks =
    [
        new Fgsm(),
        new Rfgsm(new RfgsmOptions(LogitLoss.CrossEntropy)),
        new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)),
        new Pgd(new PgdOptions(4)),
        new Pgd(new PgdOptions(2, Restarts: 3)),
        Pgd.Trades(3),
        Pgd.Mart(3),
        new Apgd(new ApgdOptions(LogitLoss.CrossEntropy)),
        new Apgd(new ApgdOptions(LogitLoss.DifferenceOfLogitsRatio)),
        new SaPgd(new SaPgdOptions(LogitLoss.CrossEntropy, 6)),
        new SaPgd(new SaPgdOptions(LogitLoss.DifferenceOfLogitsRatio, 6)),
    ];

    private static IEnumerable<TestCaseData> Runs() =>
        from attack in Attacks.Index()
        from pass in new[] { (0, "bptt.PCW.1.0"), (4, "bptt.PCW.1.0"), (4, "bptr"), (4, "act"), (4, "bptt.ASSG.0.425"), (4, "bptt.PDSG"), (4, "rga"), (4, "hart") }
        select new TestCaseData(attack.Item, pass.Item1, GradientEstimators.Parse(pass.Item2))
            .SetArgDisplayNames($"{attack.Index} {attack.Item.Name}", $"T {pass.Item1}", pass.Item2);

    [TestCaseSource(nameof(Runs))]
    public void An_attack_moves_and_stays_in_the_ball(IAttack attack, int timesteps, GradientEstimator estimator)
    {
        using var small = new SmallAttack(timesteps);
        var images = small.Run(attack, SmallAttack.Settings(estimator));
        Assert.That(images, Is.Not.EqualTo(small.Images));
        Assert.DoesNotThrow(() => BallCheck.Verify(attack.Name, small.Images, images, Budget.Pixels(Small.Epsilon), Small.PixelCount));
    }

    [TestCaseSource(nameof(Runs))]
    public void The_same_key_gives_the_same_images(IAttack attack, int timesteps, GradientEstimator estimator)
    {
        using var small = new SmallAttack(timesteps);
        var first = small.Run(attack, SmallAttack.Settings(estimator));
        Assert.That(small.Run(attack, SmallAttack.Settings(estimator)), Is.EqualTo(first));
    }

    /// <summary>What evaluations run, over samples that come and go, is what golden cases hold and training uses: a whole batch side by side.</summary>
    [TestCaseSource(nameof(Runs))]
    public void Samples_that_come_and_go_get_the_same_images(IAttack attack, int timesteps, GradientEstimator estimator)
    {
        if (attack.Rounds(null!) > 1)
        {
            Assert.Ignore("Rounds are put together by who runs them.");
        }

        using var small = new SmallAttack(timesteps);
        var settings = SmallAttack.Settings(estimator);
        var together = small.Run(attack, settings);
        small.Batch.Backend.Copy(
            small.Classifier.Logits(small.Batch.Clean, small.Batch.Samples), small.Batch.CleanLogits, (long)small.Batch.Samples * Small.Classes);
        attack.Begin(small.Batch, settings, 0).RunTogether();
        Assert.That(small.Batch.DownloadAdversarial().ToArray(), Is.EqualTo(together));
    }

    private static IEnumerable<TestCaseData> RandomAttacks() =>
        Attacks.Index().Where(attack => attack.Item is not Fgsm)
            .Select(attack => new TestCaseData(attack.Item).SetArgDisplayNames($"{attack.Index} {attack.Item.Name}"));

    [TestCaseSource(nameof(RandomAttacks))]
    public void Another_key_gives_other_images(IAttack attack)
    {
        using var small = new SmallAttack(4);
        var first = small.Run(attack, SmallAttack.Settings(GradientEstimator.Default, 1));
        Assert.That(small.Run(attack, SmallAttack.Settings(GradientEstimator.Default, 2)), Is.Not.EqualTo(first));
    }

    private static IEnumerable<TestCaseData> AttacksOnLabels() =>
        Attacks.Index().Where(attack => attack.Item.Name is not ("rfgsm-kl" or "tpgd3"))
            .Select(attack => new TestCaseData(attack.Item).SetArgDisplayNames($"{attack.Index} {attack.Item.Name}"));

    [TestCaseSource(nameof(AttacksOnLabels))]
    public void On_an_ANN_the_mean_cross_entropy_rises(IAttack attack)
    {
        using var small = new SmallAttack(0);
        var before = small.LossesAt(small.Batch.Clean, LogitLoss.CrossEntropy).Average();
        small.Run(attack, SmallAttack.Settings(GradientEstimator.Default));
        Assert.That(small.LossesAt(small.Batch.Adversarial, LogitLoss.CrossEntropy).Average(), Is.GreaterThan(before));
    }

    [TestCase("tpgd")]
    [TestCase("rfgsm-kl")]
    public void Attacks_on_the_divergence_move_the_logits_further_than_noise(string name)
    {
        IAttack attack = name == "tpgd" ? Pgd.Trades(3) : new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler));
        using var small = new SmallAttack(0);
        small.Run(attack, SmallAttack.Settings(GradientEstimator.Default));
        var attacked = Divergence(small, small.Batch.Adversarial);
        using var noise = small.Batch.Backend.Allocate(small.Images.Length);
        small.Batch.Backend.RandomFill(noise, small.Images.Length, RandomKind.Normal, new RandomKey(9, 0));
        small.Batch.Step(small.Batch.Clean, noise, Small.Epsilon, Budget.Pixels(Small.Epsilon), noise);
        Assert.That(attacked, Is.GreaterThan(2 * Divergence(small, noise)));
    }

    [Test]
    public void FGSM_goes_epsilon_along_the_gradients_sign()
    {
        using var small = new SmallAttack(0);
        var gradient = small.Batch
            .LossGradient(small.Batch.Clean, LogitLoss.CrossEntropy, null, GradientEstimator.Default).ToArray(small.Images.Length);
        var expected = small.Images.Zip(gradient, (pixel, slope) => Math.Clamp(pixel + Small.Epsilon * MathF.Sign(slope), 0, 1));
        Assert.That(small.Run(new Fgsm(), SmallAttack.Settings(GradientEstimator.Default)), Is.EqualTo(expected).Within(1e-6));
    }

    [TestCase(1ul)]
    [TestCase(2ul)]
    [TestCase(3ul)]
    [TestCase(4ul)]
    public void What_a_run_of_PGD_has_fooled_stays_fooled_after_restarts(ulong seed)
    {
        using var small = new SmallAttack(4, samples: 32);
        var once = Fooled(small, 1, seed);
        var restarted = Fooled(small, 5, seed);
        Assert.That(once, Has.Some.True.And.Some.False, "some must fall and some stand");
        Assert.That(once.Zip(restarted).Where(pair => pair.First).Select(pair => pair.Second), Is.All.True);
    }

    [Test]
    public void Restarts_are_judged_by_the_network_as_deployed()
    {
        // The T = 0 network's pass gives the gradient, the spiking network's judgement counts: what it gets wrong after the first run stays.
        using var small = new SmallAttack(4, samples: 32);
        var settings = SmallAttack.Settings(GradientEstimator.Activation, 2) with { Budget = Budget.Pixels(0.05f) };
        var once = Wrong(1);
        var often = Wrong(6);
        Assert.That(once, Has.Some.True.And.Some.False, "some must fall and some stand");
        Assert.That(once.Zip(often).Where(pair => pair.First).Select(pair => pair.Second), Is.All.True);

        bool[] Wrong(int restarts)
        {
            small.Run(new Pgd(new PgdOptions(1, Restarts: restarts)), settings);
            var wrong = new bool[small.Batch.Samples];
            small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, wrong.Length), wrong);
            return wrong;
        }
    }

    [TestCase(Norm.Infinity)]
    [TestCase(Norm.Euclidean)]
    public void Draws_belong_to_the_sample_and_not_to_its_place(Norm norm)
    {
        using var small = new SmallAttack(0);
        IAttack[] attacks = [new Pgd(new PgdOptions(2)), new Rfgsm(new RfgsmOptions(LogitLoss.CrossEntropy)), Pgd.Trades(2), new Apgd(new ApgdOptions(LogitLoss.CrossEntropy, 3))];
        foreach (var attack in attacks)
        {
            var settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = new Budget(norm, norm == Norm.Infinity ? 0.03f : 0.5f) };
            small.Batch.Load(small.Images, small.Labels, [7, 3, 11, 5, 2, 9]);
            var together = small.Run(attack, settings);
            small.Batch.Load(small.Images.AsSpan(2 * Small.PixelCount, 2 * Small.PixelCount), small.Labels.AsSpan(2, 2), [11, 5]);
            var apart = small.Run(attack, settings);
            Assert.That(apart, Is.EqualTo(together[(2 * Small.PixelCount)..(4 * Small.PixelCount)]).Within(1e-6f), attack.Name);
        }
    }

    [TestCase("fgsm")]
    [TestCase("rfgsm")]
    [TestCase("pgd5(restarts=2)")]
    [TestCase("apgd-ce")]
    [TestCase("apgd-dlr")]
    public void Attacks_stay_in_an_L2_ball_and_raise_the_loss(string name)
    {
        using var small = new SmallAttack(4);
        var attack = AttackCatalogue.Parse(name).Members[0].Attack;
        var budget = new Budget(Norm.Euclidean, 1);
        var images = small.Run(attack, SmallAttack.Settings(GradientEstimator.Default) with { Budget = budget });
        Assert.DoesNotThrow(() => BallCheck.Verify(name, small.Images, images, budget, Small.PixelCount));
        var moved = images.Zip(small.Images, (after, before) => (after - before) * (after - before)).Chunk(Small.PixelCount).Select(change => Math.Sqrt(change.Sum()));
        Assert.That(moved, Is.All.GreaterThan(0.3), "it uses the ball");
        Assert.That(small.LossesAt(small.Batch.Adversarial, LogitLoss.CrossEntropy).Sum(),
            Is.GreaterThan(small.LossesAt(small.Batch.Clean, LogitLoss.CrossEntropy).Sum()));
    }

    [TestCase("pgd2147483647")]
    [TestCase("tpgd2147483647")]
    [TestCase("mart2147483647")]
    [TestCase("apgd-ce(steps=2147483647)")]
    [TestCase("apgd-dlr(steps=2147483647)")]
    [TestCase("apgd-t(steps=2147483647)")]
    [TestCase("fab(steps=2147483647)")]
    [TestCase("fab-t(steps=2147483647)")]
    [TestCase("square(queries=2147483647)")]
    public void An_attack_of_very_many_steps_stops_when_it_is_cancelled(string name)
    {
        using var small = new SmallAttack(4);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(1e-6f), Cancellation = source.Token }; // nobody falls
        Assert.Throws<OperationCanceledException>(() => small.Run(AttackCatalogue.Parse(name).Members[0].Attack, settings));
        Assert.That(source.IsCancellationRequested, Is.True, "it had begun");
    }

    [TestCase(LogitLoss.CrossEntropy)]
    [TestCase(LogitLoss.DifferenceOfLogitsRatio)]
    public void APGDs_best_losses_are_those_of_its_best_images(LogitLoss loss)
    {
        using var small = new SmallAttack(4);
        var outcome = RunApgd(small, loss, 10);
        Assert.That(small.LossesAt(outcome.Best, loss), Is.EqualTo(outcome.BestLosses.ToArray(small.Batch.Samples)));
    }

    [TestCase(LogitLoss.CrossEntropy)]
    [TestCase(LogitLoss.DifferenceOfLogitsRatio)]
    public void More_steps_of_APGD_never_find_less_than_its_start(LogitLoss loss)
    {
        using var small = new SmallAttack(4);
        var outcome = RunApgd(small, loss, 10);
        using var start = small.Batch.Backend.Allocate(small.Images.Length);
        Draw(small, start);
        var scaled = ScaledStart(small, start.ToArray());
        start.Upload(scaled);
        var startLosses = small.LossesAt(start, loss);
        Assert.That(outcome.BestLosses.ToArray(small.Batch.Samples).Zip(startLosses).Select(pair => pair.First - pair.Second), Is.All.GreaterThanOrEqualTo(-1e-5f));
    }

    [Test]
    public void APGDs_adversarial_images_of_fooled_samples_fool()
    {
        using var small = new SmallAttack(4, samples: 12);
        var outcome = RunApgd(small, LogitLoss.CrossEntropy, 10, epsilon: 0.01f);
        var fooled = outcome.Fooled.ToArray(small.Batch.Samples);
        Assert.That(fooled, Has.Some.EqualTo(1), "some must fall");
        var wrong = new bool[small.Batch.Samples];
        small.Batch.MarkWrong(small.Classifier.Forward(outcome.BestAdversarial, wrong.Length, GradientEstimator.Default), wrong);
        Assert.That(wrong, Is.EqualTo(fooled.Select(each => each != 0)));
    }

    [Test]
    public void DLR_with_two_classes_is_refused()
    {
        using var backend = Small.Backend();
        var network = Architectures.build("vggmini", 2, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
        using var model = new SpikingModel(network, backend);
        model.Initialise(1);
        using var classifier = new Classifier(model, 1, 0);
        using var batch = new AttackBatch(classifier);
        batch.Load(Small.Images(1), [0], [0]);
        Assert.Throws<BadInputException>(() =>
            new Apgd(new ApgdOptions(LogitLoss.DifferenceOfLogitsRatio)).Run(batch, SmallAttack.Settings(GradientEstimator.Default)));
    }

    [TestCase(LogitLoss.KullbackLeibler)]
    [TestCase(LogitLoss.BoostedCrossEntropy)]
    public void APGD_refuses_losses_that_are_not_its_own(LogitLoss loss) =>
        Assert.Throws<ArgumentException>(() => _ = new Apgd(new ApgdOptions(loss)));

    private static float Divergence(SmallAttack small, DeviceBuffer pixels)
    {
        var reference = small.Batch.ReferenceLogits(GradientEstimator.Default);
        small.Batch.Losses(pixels, LogitLoss.KullbackLeibler, reference, GradientEstimator.Default);
        return small.Batch.LossValues.ToArray(small.Batch.Samples).Average();
    }

    private static bool[] Fooled(SmallAttack small, int restarts, ulong seed)
    {
        var settings = SmallAttack.Settings(GradientEstimator.Default, seed) with { Budget = Budget.Pixels(0.02f) };
        small.Run(new Pgd(new PgdOptions(1, Restarts: restarts)), settings);
        var wrong = new bool[small.Batch.Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, wrong.Length), wrong);
        return wrong;
    }

    private static void Draw(SmallAttack small, DeviceBuffer draw) =>
        small.Batch.Backend.RandomFill(draw, small.Images.Length, RandomKind.Uniform, new RandomKey(1, 0));

    [Test]
    public void APGD_is_judged_by_the_network_as_deployed()
    {
        // The gradient is the T = 0 network's, and so are its losses; which images count as found is for the spiking network to say.
        using var small = new SmallAttack(4, samples: 32);
        using var draw = small.Batch.Backend.Allocate(small.Images.Length);
        Draw(small, draw);
        var settings = SmallAttack.Settings(GradientEstimator.Activation) with { Budget = Budget.Pixels(0.02f) };
        var outcome = new Apgd(new ApgdOptions(LogitLoss.CrossEntropy, 5)).RunFrom(small.Batch, settings, draw);
        var fooled = outcome.Fooled.ToArray(32);
        Assert.That(fooled, Has.Some.EqualTo(1).And.Some.EqualTo(0), "some must fall and some stand");
        var wrong = new bool[32];
        small.Batch.MarkWrong(small.Classifier.Logits(outcome.BestAdversarial, 32), wrong);
        Assert.That(wrong, Is.EqualTo(fooled.Select(each => each != 0)));
    }

    private static ApgdOutcome RunApgd(SmallAttack small, LogitLoss loss, int steps, float epsilon = Small.Epsilon)
    {
        using var draw = small.Batch.Backend.Allocate(small.Images.Length);
        Draw(small, draw);
        var settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(epsilon) };
        return new Apgd(new ApgdOptions(loss, steps)).RunFrom(small.Batch, settings, draw);
    }

    /// <summary>x + ε·t/max|t|, clipped, written out once more.</summary>
    private static float[] ScaledStart(SmallAttack small, float[] draw)
    {
        var result = new float[draw.Length];
        for (var i = 0; i < draw.Length; i++)
        {
            var sample = i / Small.PixelCount * Small.PixelCount;
            var largest = draw.AsSpan(sample, Small.PixelCount).ToArray().Max(value => Math.Abs(2 * value - 1));
            result[i] = Math.Clamp(small.Images[i] + Small.Epsilon * (2 * draw[i] - 1) / largest, 0, 1);
        }

        return result;
    }
}
