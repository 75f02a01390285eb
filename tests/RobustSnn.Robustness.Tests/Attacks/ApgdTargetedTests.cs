using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class ApgdTargetedTests
{
    private const int Samples = 24;

    private static readonly ApgdTargeted Attack = new(new ApgdTargetedOptions(5));

    private static readonly Budget Radius = Budget.Pixels(0.02f);

    [TestCase("bptt.PCW.1.0", 0.005f)]
    [TestCase("bptr", 0.005f)]
    [TestCase("act", 0.02f)]
    public void What_it_moves_fools_the_network_and_the_rest_stays_as_it_was(string estimator, float radius)
    {
        using var small = new SmallAttack(4, Samples);
        var budget = Budget.Pixels(radius);
        var images = small.Run(Attack, Settings(GradientEstimators.Parse(estimator)) with { Budget = budget });
        BallCheck.Verify(Attack.Name, small.Images, images, budget, Small.PixelCount);
        var wrong = Wrong(small);
        Assert.That(wrong, Has.Some.True.And.Some.False, "some must fall and some stand");
        Assert.That(wrong, Is.EqualTo(Enumerable.Range(0, Samples).Select(sample => !Row(images, sample).SequenceEqual(Row(small.Images, sample)))));
    }

    [Test]
    public void Its_targets_are_the_other_classes_each_once_the_likeliest_first()
    {
        using var small = new SmallAttack(4, Samples);
        var logits = small.Classifier.Logits(small.Batch.Clean, Samples).ToArray(Samples * Small.Classes);
        var targets = Attack.Targets(small.Batch);
        Assert.That(targets, Has.Count.EqualTo(Small.Classes - 1), "nine, but there are fewer");
        for (var sample = 0; sample < Samples; sample++)
        {
            var label = small.Labels[sample];
            var ranked = Enumerable.Range(0, Small.Classes).Where(each => each != label).OrderByDescending(each => logits[sample * Small.Classes + each]);
            Assert.That(targets.Select(run => run[sample]), Is.EqualTo(ranked.Select(each => (float)each)));
        }
    }

    [Test]
    public void A_run_raises_the_loss_towards_its_target()
    {
        using var small = new SmallAttack(4, Samples);
        const LogitLoss loss = LogitLoss.TargetedDifferenceOfLogitsRatio;
        var targets = Attack.Targets(small.Batch)[0];
        using var classes = small.Batch.Backend.Allocate(Samples);
        classes.Upload(targets);
        small.Batch.Losses(small.Batch.Clean, loss, null, GradientEstimator.Default, classes);
        var before = small.Batch.LossValues.ToArray(Samples);
        using var draw = small.Batch.Backend.Allocate(small.Images.Length);
        draw.Upload(Small.Images(Samples, 7));
        var outcome = Attack.RunTowards(small.Batch, Settings(GradientEstimator.Default), targets, draw);
        small.Batch.Losses(outcome.Best, loss, null, GradientEstimator.Default, classes);
        var after = small.Batch.LossValues.ToArray(Samples);
        Assert.That(after.Average(), Is.GreaterThan(before.Average() + 0.1));
        Assert.That(after.Max(), Is.GreaterThan(0), "some target wins");
    }

    [Test]
    public void More_targets_fool_no_fewer_samples()
    {
        using var small = new SmallAttack(4, Samples);
        var counts = new[] { 1, 2, 3 }.Select(targets =>
        {
            small.Run(new ApgdTargeted(new ApgdTargetedOptions(5, targets)), Settings(GradientEstimator.Default));
            return Wrong(small).Count(each => each);
        }).ToArray();
        Assert.That(counts, Is.Ordered);
        Assert.That(counts[^1], Is.GreaterThan(counts[0]));
    }

    [Test]
    public void Draws_belong_to_the_sample_and_not_to_its_place()
    {
        using var small = new SmallAttack(4);
        var settings = Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(0.1f) };
        small.Batch.Load(small.Images, small.Labels, [7, 3, 11, 5, 2, 9]);
        var together = small.Run(Attack, settings);
        small.Batch.Load(small.Images.AsSpan(2 * Small.PixelCount, 2 * Small.PixelCount), small.Labels.AsSpan(2, 2), [11, 5]);
        Assert.That(small.Run(Attack, settings), Is.EqualTo(together[(2 * Small.PixelCount)..(4 * Small.PixelCount)]).Within(1e-6f));
        small.Batch.Load(small.Images.AsSpan(2 * Small.PixelCount, 2 * Small.PixelCount), small.Labels.AsSpan(2, 2), [12, 6]);
        Assert.That(small.Run(Attack, settings), Is.Not.EqualTo(together[(2 * Small.PixelCount)..(4 * Small.PixelCount)]));
    }

    [Test]
    public void Three_classes_are_too_few()
    {
        using var backend = Small.Backend();
        using var model = new SpikingModel(Architectures.build("vggmini", 3, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]), backend);
        model.Initialise(1);
        using var classifier = new Classifier(model, 1, 0);
        using var batch = new AttackBatch(classifier);
        batch.Load(Small.Images(1), [0], [0]);
        Assert.That(() => Attack.Run(batch, Settings(GradientEstimator.Default)), Throws.TypeOf<BadInputException>().With.Message.Contains("4 classes"));
    }

    [Test]
    public void It_stops_when_it_is_cancelled()
    {
        using var small = new SmallAttack(4);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var endless = new ApgdTargeted(new ApgdTargetedOptions(int.MaxValue));
        Assert.Throws<OperationCanceledException>(() => small.Run(endless, Settings(GradientEstimator.Default) with { Cancellation = source.Token }));
    }

    private static AttackSettings Settings(GradientEstimator estimator) => SmallAttack.Settings(estimator) with { Budget = Radius };

    private static ArraySegment<float> Row(float[] images, int sample) => new(images, sample * Small.PixelCount, Small.PixelCount);

    private static bool[] Wrong(SmallAttack small)
    {
        var wrong = new bool[small.Batch.Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, wrong.Length), wrong);
        return wrong;
    }
}
