using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>What is true of every attack whose samples come and go.</summary>
public sealed class RunTests
{
    private const int Samples = 10;

    private static IEnumerable<TestCaseData> Runs() =>
        from run in new (string Name, int Timesteps, float Radius)[]
        {
            ("fab(steps=50)", 0, 0.21f), ("fab-t(steps=50)", 0, 0.21f), ("fab(steps=20)", 4, 0.015f), ("fab(steps=10, restarts=2)", 4, 0.015f),
            ("fab-t(steps=20)", 4, 0.015f), ("square(queries=12)", 4, 0.001f),
        }
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        select new TestCaseData(run.Name, run.Timesteps, new Budget(norm, norm == Norm.Infinity ? run.Radius : 8 * run.Radius));

    [TestCaseSource(nameof(Runs))]
    public void It_stays_in_its_ball_and_what_it_calls_broken_is_wrong(string name, int timesteps, Budget budget)
    {
        using var small = new SmallAttack(timesteps, Samples);
        var (attack, settings) = (Parse(name), Settings(budget));
        var images = small.Run(attack, settings);
        BallCheck.Verify(name, small.Images, images, settings.Budget, Small.PixelCount);
        var wrong = new bool[Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, Samples), wrong);
        Assert.That(wrong, Has.Some.True.And.Some.False, "some must fall and some stand");
        Assert.That(wrong, Is.EqualTo(Enumerable.Range(0, Samples).Select(sample => !Row(images, sample).SequenceEqual(Row(small.Images, sample)))));
    }

    [TestCaseSource(nameof(Runs))]
    public void Whoever_is_beside_a_sample_and_when_it_came_changes_no_bit(string name, int timesteps, Budget budget)
    {
        using var small = new SmallAttack(timesteps, Samples);
        var (attack, settings) = (Parse(name), Settings(budget));
        var samples = Drawn(small);
        for (var round = 0; round < attack.Rounds(small.Classifier); round++)
        {
            var together = DrivenRun.Together(attack, small.Batch, settings, samples, round);
            for (var seed = 0; seed < 3; seed++)
            {
                var apart = DrivenRun.Staggered(attack, small.Batch, settings, samples, capacity: 2 + 3 * seed, seed, round);
                Assert.That(apart.Images, Is.EqualTo(together.Images));
                Assert.That(apart.Broken, Is.EqualTo(together.Broken));
                Assert.That(apart.Distances, Is.EqualTo(together.Distances));
            }
        }
    }

    [TestCaseSource(nameof(Runs))]
    public void Who_stops_early_is_broken_by_then_and_the_others_lose_nothing(string name, int timesteps, Budget budget)
    {
        using var small = new SmallAttack(timesteps, Samples);
        var (attack, settings) = (Parse(name), Settings(budget));
        var samples = Drawn(small);
        var whole = DrivenRun.Together(attack, small.Batch, settings, samples);
        var early = DrivenRun.Together(attack, small.Batch, settings with { StopsEarly = true }, samples);
        Assert.That(early.Broken, Is.EqualTo(whole.Broken));
        Assert.That(early.Broken, Has.Some.True, "some must fall");
        Assert.That(early.Steps.Zip(early.Broken).Where(each => !each.Second).Select(each => each.First), Is.All.EqualTo(whole.Steps[0]));
        Assert.That(early.Steps.Zip(early.Broken).Where(each => each.Second).Select(each => each.First), Has.Some.LessThan(whole.Steps[0]));
        float[] left = [.. early.Images.SelectMany(image => image)];
        BallCheck.Verify(name, small.Images, left, settings.Budget, Small.PixelCount);
        using var pixels = small.Batch.Backend.Allocate(left.Length);
        pixels.Upload(left);
        small.Batch.Load(small.Images, small.Labels, [.. Enumerable.Range(0, Samples)]);
        var wrong = new bool[Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(pixels, Samples), wrong);
        Assert.That(wrong, Is.EqualTo(early.Broken));
    }

    [TestCaseSource(nameof(Runs))]
    public void What_the_network_gets_wrong_stays_as_it_is(string name, int timesteps, Budget budget)
    {
        using var small = new SmallAttack(timesteps, Samples);
        int[] labels = [.. small.Labels];
        labels[3] = (labels[3] + 1) % Small.Classes;
        small.Batch.Load(small.Images, labels, [.. Enumerable.Range(0, Samples)]);
        var images = small.Run(Parse(name), Settings(budget));
        Assert.That(Row(images, 3), Is.EqualTo(Row(small.Images, 3)));
    }

    internal static IAttack Parse(string name) => AttackCatalogue.Parse(name).Members.Single().Attack;

    /// <summary>Every kind of attack, and the fewest classes that its loss is defined for.</summary>
    private static readonly (string Name, int Classes)[] EveryAttack =
    [
        ("fgsm", 2), ("rfgsm", 2), ("rfgsm-kl", 2), ("pgd4", 2), ("pgd2(restarts=3)", 2), ("tpgd3", 2), ("mart3", 2), ("apgd-ce(steps=5)", 2),
        ("apgd-dlr(steps=5)", 3), ("apgd-t(steps=4)", 4), ("sa-pgd(steps=6)", 2), ("sa-pgd-dlr(steps=6)", 3), ("fab(steps=4)", 2),
        ("fab(steps=3, restarts=2)", 2), ("fab-t(steps=4)", 2), ("square(queries=8)", 2),
    ];

    [FsCheck.NUnit.Property(MaxTest = 160)]
    public void On_any_network_images_stay_in_the_ball_and_no_bit_depends_on_others(
        FsCheck.PositiveInt seed, FsCheck.NonNegativeInt kind, bool isInfinity, byte radius, FsCheck.PositiveInt capacity)
    {
        var (name, leastClasses) = EveryAttack[kind.Get % EveryAttack.Length];
        var attack = Parse(name);
        using var network = new ExactNetwork(
            new Shape(1 + seed.Get % 3, 1 + seed.Get % 7, 1 + seed.Get % 5), leastClasses + seed.Get % 3, hidden: seed.Get % 2 * 6, Samples, seed.Get);
        var settings = ExactNetwork.Settings(isInfinity || !attack.Takes(Norm.Euclidean) ? Norm.Infinity : Norm.Euclidean, radius / 255f, (ulong)seed.Get);
        var samples = new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]);
        for (var round = 0; round < attack.Rounds(network.Classifier); round++)
        {
            var together = DrivenRun.Together(attack, network.Batch, settings, samples, round);
            BallCheck.Verify(attack.Name, network.Images, [.. together.Images.SelectMany(image => image)], settings.Budget, network.Classifier.PixelCount);
            var apart = DrivenRun.Staggered(attack, network.Batch, settings, samples, 1 + capacity.Get % Samples, seed.Get, round);
            Assert.That(apart.Images, Is.EqualTo(together.Images));
            Assert.That(apart.Distances, Is.EqualTo(together.Distances));
            Assert.That(apart.Broken, Is.EqualTo(together.Broken));
        }
    }

    /// <summary>APGD on any network: what it holds to be the best rises from step to step, from no less than its start, and is that of its best images.</summary>
    [FsCheck.NUnit.Property(MaxTest = 40)]
    public void APGDs_best_losses_never_fall(FsCheck.PositiveInt seed, bool isInfinity, bool isRatio, byte radius)
    {
        var loss = isRatio ? LogitLoss.DifferenceOfLogitsRatio : LogitLoss.CrossEntropy;
        using var network = new ExactNetwork(new Shape(2, 5, 4), 3 + seed.Get % 3, hidden: seed.Get % 2 * 8, Samples, seed.Get);
        var settings = ExactNetwork.Settings(isInfinity ? Norm.Infinity : Norm.Euclidean, radius / 255f, (ulong)seed.Get);
        var run = (ApgdRun)new Apgd(new ApgdOptions(loss, 8)).Begin(network.Batch, settings, 0);
        DrivenRun.Enter(run, network.Batch, new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]));
        float[] before = [.. Enumerable.Repeat(float.NegativeInfinity, Samples)];
        for (var step = 0; step < run.Steps; step++)
        {
            run.Step([.. Enumerable.Repeat(step, Samples)]);
            var best = run.Outcome.BestLosses.ToArray(Samples);
            Assert.That(best.Zip(before, (after, each) => after >= each), Is.All.True, $"step {step}; the first looks at the start");
            before = best;
        }

        network.Batch.Losses(run.Outcome.Best, loss, null, GradientEstimator.Default);
        Assert.That(network.Batch.LossValues.ToArray(Samples), Is.EqualTo(before), "of its best images");
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void Squares_margins_never_rise(FsCheck.PositiveInt seed, bool isInfinity, byte radius)
    {
        using var network = new ExactNetwork(new Shape(2, 6, 6), 3, hidden: 8, Samples, seed.Get);
        var settings = ExactNetwork.Settings(isInfinity ? Norm.Infinity : Norm.Euclidean, radius / 255f, (ulong)seed.Get);
        var run = (SquareRun)new Square(new SquareOptions(30)).Begin(network.Batch, settings, 0);
        DrivenRun.Enter(run, network.Batch, new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]));
        var before = Enumerable.Repeat(float.PositiveInfinity, Samples).ToArray();
        for (var step = 0; step < run.Steps; step++)
        {
            run.Step([.. Enumerable.Repeat(step, Samples)]);
            Assert.That(run.Outcome.Margins.Zip(before, (after, each) => after <= each), Is.All.True, $"query {step}");
            before = run.Outcome.Margins;
        }
    }

    private static AttackSettings Settings(Budget budget) => SmallAttack.Settings(GradientEstimator.Default) with { Budget = budget };

    private static Samples Drawn(SmallAttack small) => new(small.Classifier, small.Images, small.Labels, [.. Enumerable.Range(0, Samples).Select(each => 7 + 3 * each)]);

    private static ArraySegment<float> Row(float[] images, int sample) => new(images, sample * Small.PixelCount, Small.PixelCount);
}
