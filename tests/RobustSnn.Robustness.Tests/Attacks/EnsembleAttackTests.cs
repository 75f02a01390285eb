using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class EnsembleAttackTests
{
    private const int Samples = 24;

    /// <summary>Such that of images near the boundary some fall and some stand.</summary>
    private const float Epsilon = 0.001f;

    private static readonly RandomKey Random = new(3, 0);

    [TestCase("fgsm_ens")]
    [TestCase("rfgsm_ens")]
    [TestCase("pgd2_ens")]
    [TestCase("apgd-dlr_ens")]
    public void Each_member_gets_the_survivors_of_the_one_before(string name)
    {
        using var small = new SmallAttack(4, Samples);
        var outcomes = Run(small, AttackCatalogue.Parse(name));
        var reached = outcomes.TakeWhile(outcome => outcome.Attacked > 0).ToArray();
        var left = reached.Select(outcome => outcome.Correct).SkipLast(1);
        Assert.Multiple(() =>
        {
            Assert.That(reached.Select(outcome => outcome.Attacked).Skip(1), Is.EqualTo(left));
            Assert.That(reached[0].Attacked, Is.EqualTo(Samples));
            Assert.That(small.Batch.Samples, Is.EqualTo(reached[^1].Correct));
        });
    }

    [Test]
    public void A_sample_survives_the_ensemble_where_it_survives_every_member()
    {
        using var small = new SmallAttack(4, Samples);
        var everywhere = Enumerable.Repeat(true, Samples).ToArray();
        foreach (var estimator in GradientEstimators.Ensemble)
        {
            new Fgsm().Run(small.Batch, SmallAttack.Settings(estimator) with { Budget = Budget.Pixels(Epsilon) });
            var wrong = new bool[Samples];
            small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, Samples), wrong);
            everywhere = [.. everywhere.Zip(wrong, (survives, fooled) => survives && !fooled)];
        }

        var survivors = small.Images.Chunk(Small.PixelCount).Where((_, sample) => everywhere[sample]).SelectMany(image => image).ToArray();
        Assert.That(everywhere, Has.Some.False.And.Some.True, "some must fall and some stand");

        Run(small, AttackCatalogue.Parse("fgsm_ens"));
        Assert.That(small.Batch.Clean.ToArray((int)small.Batch.PixelCount), Is.EqualTo(survivors));
    }

    [Test]
    public void Survivors_keep_their_labels()
    {
        using var small = new SmallAttack(4, Samples);
        Run(small, AttackCatalogue.Parse("fgsm"));
        Assert.That(small.Batch.Samples, Is.InRange(2, Samples - 1), "some must fall and some stand");
        Assert.That(small.Labels.Distinct().Count(), Is.GreaterThan(1), "labels must differ");
        var kept = small.Batch.Clean.ToArray((int)small.Batch.PixelCount).Chunk(Small.PixelCount);
        var all = small.Images.Chunk(Small.PixelCount).Zip(small.Labels).ToArray();
        var expected = kept.Select(image => all.Single(each => each.First.SequenceEqual(image)).Second);
        Assert.Multiple(() =>
        {
            Assert.That(small.Batch.LabelsHost.ToArray(), Is.EqualTo(expected));
            Assert.That(small.Batch.Labels.ToArray(small.Batch.Samples), Is.EqualTo(expected));
            Assert.That(small.Batch.NumbersHost.ToArray(), Is.EqualTo(Numbers(small)));
            Assert.That(Numbers(small).Select(number => small.Labels[number]), Is.EqualTo(expected));
        });
    }

    [Test]
    public void No_members_is_no_attack()
    {
        using var small = new SmallAttack(4, Samples);
        Assert.That(Run(small, AttackCatalogue.Parse("clean")), Is.Empty);
        Assert.That(small.Batch.Samples, Is.EqualTo(Samples));
    }

    [Test]
    public void An_attack_that_leaves_the_ball_is_an_exception()
    {
        using var small = new SmallAttack(4);
        Assert.Throws<InvalidOperationException>(() => Run(small, EnsembleAttack.Single(new TwiceTheStep())));
    }

    [Test]
    public void Vanished_gradients_are_counted()
    {
        // Thresholds that no membrane comes near: outside PCW's width the derivative is zero.
        using var small = new SmallAttack(4, threshold: 1000);
        var outcome = Run(small, AttackCatalogue.Parse("fgsm"))[0];
        Assert.That(outcome, Is.EqualTo(new MemberOutcome(6, 6, 6, 0, 0)));
    }

    [Test]
    public void Gradients_that_do_not_vanish_are_not_counted()
    {
        using var small = new SmallAttack(0);
        Assert.That(Run(small, AttackCatalogue.Parse("fgsm"))[0].VanishedGradients, Is.Zero);
    }

    [Test]
    public void Cancelling_stops_between_members()
    {
        using var small = new SmallAttack(4);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var attack = AttackCatalogue.Parse("fgsm_ens");
        Assert.Throws<OperationCanceledException>(() =>
            attack.Run(small.Batch, Budget.Pixels(Epsilon), Random, new MemberOutcome[attack.Members.Count], source.Token));
    }

    private static int[] Numbers(SmallAttack small)
    {
        var numbers = new int[small.Batch.Samples];
        small.Batch.Numbers.DownloadAs<int>(numbers);
        return numbers;
    }

    private static MemberOutcome[] Run(SmallAttack small, EnsembleAttack attack)
    {
        var outcomes = new MemberOutcome[attack.Members.Count];
        attack.Run(small.Batch, Budget.Pixels(Epsilon), Random, outcomes);
        return outcomes;
    }

    private sealed class TwiceTheStep : IAttack
    {
        public string Name => "twice";

        public long Passes(IClassifier classifier) => 1;

        public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
            throw new NotSupportedException("this attack runs on all samples together");

        public void Run(AttackBatch batch, AttackSettings settings) =>
            new Fgsm().Run(batch, settings with { Budget = settings.Budget with { Radius = 2 * settings.Budget.Radius } });
    }
}
