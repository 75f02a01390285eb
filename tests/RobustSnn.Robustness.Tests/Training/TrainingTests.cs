using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Robustness.Tests.Training;

public sealed class TrainingTests
{
    private const int Samples = 8;

    private static readonly float[] Images = Small.Images(Samples, 2);
    private static readonly float[] Moved = [.. Small.Images(Samples, 3).Zip(Images, (noise, pixel) => 0.8f * pixel + 0.2f * noise)];
    private static readonly int[] Labels = [0, 1, 2, 3, 0, 1, 2, 3];
    private static readonly int[] Numbers = [.. Enumerable.Range(100, Samples)];
    private static readonly Adversary Fast = new(new Fgsm(), Budget.Pixels(Small.Epsilon), GradientEstimator.Default);

    private static IEnumerable<TestCaseData> Objectives() =>
        new[] { TrainingObjective.Natural, TrainingObjective.Adversarial, TrainingObjective.Trades(2), TrainingObjective.Mart(4) }
            .Select(objective => new TestCaseData(objective).SetArgDisplayNames(objective.Kind.ToString()));

    [TestCaseSource(nameof(Objectives))]
    public void The_gradient_is_the_slope_of_the_loss(TrainingObjective objective)
    {
        // On an ANN, which has true slopes.
        using var backend = Small.Backend();
        using var model = Small.Ann(backend);
        using var gradient = new ObjectiveGradient(model, Samples, 0, objective, Surrogate.Default);
        using var batch = new DeviceBatch(backend);

        model.Parameters.ClearGradients();
        batch.Accumulate(gradient);
        var head = model.Parameters["classifier.4.weight"];
        var start = head.Value.ToArray();
        var slopes = head.Gradient?.ToArray() ?? [];
        var square = slopes.Sum(slope => (double)slope * slope);
        var step = 0.01 / Math.Sqrt(square);

        double LossAt(double distance)
        {
            head.Value.Upload([.. start.Zip(slopes, (value, slope) => (float)(value + distance * slope))]);
            return batch.Accumulate(gradient).Loss;
        }

        Assert.That((LossAt(step) - LossAt(-step)) / (2 * step), Is.EqualTo(square).Within(1).Percent);
    }

    [TestCaseSource(nameof(Objectives))]
    public void Steps_lower_the_loss(TrainingObjective objective)
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        using var step = new TrainingStep(model, Samples, 4, objective, objective.UsesAdversarial ? Fast : null, Surrogate.Default);
        var losses = Enumerable.Range(0, 30)
            .Select(i => step.Run(Images, Labels, Numbers, new SgdSettings(0.05f, 0.9f, 0), new RandomKey(1, (ulong)i)).Loss).ToArray();
        Assert.That(losses[^1], Is.LessThan(0.7 * losses[0]));
    }

    [Test]
    public void TRADES_of_the_same_images_twice_has_no_robust_term()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        using var gradient = new ObjectiveGradient(model, Samples, 4, TrainingObjective.Trades(2), Surrogate.Default);
        using var batch = new DeviceBatch(backend, Images);
        var loss = batch.Accumulate(gradient);
        Assert.Multiple(() =>
        {
            Assert.That(loss.Robust, Is.EqualTo(0).Within(1e-6));
            Assert.That(loss.Loss, Is.EqualTo(loss.Natural).Within(1e-5));
            Assert.That(loss.Natural, Is.GreaterThan(0.1));
        });
    }

    [TestCase(2f)]
    [TestCase(6f)]
    public void The_loss_is_its_terms_weighted(float beta)
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        using var gradient = new ObjectiveGradient(model, Samples, 4, TrainingObjective.Trades(beta), Surrogate.Default);
        using var batch = new DeviceBatch(backend);
        var loss = batch.Accumulate(gradient);
        Assert.That(loss.Robust, Is.GreaterThan(0));
        Assert.That(loss.Loss, Is.EqualTo(loss.Natural + beta * loss.Robust).Within(1e-9));
    }

    [Test]
    public void Pruned_weights_stay_exactly_zero()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        var weights = model.Parameters["features.4.weight"];
        var kept = MagnitudePruning.PerLayer([new(weights.Name, weights.ToDense())], 0.9)[0];
        model.Parameters.Prune(kept.Name, kept.Pattern);
        var start = weights.Value.ToArray();
        using var step = new TrainingStep(model, Samples, 4, TrainingObjective.Trades(2), Fast, Surrogate.Default);
        for (var i = 0ul; i < 3; i++)
        {
            step.Run(Images, Labels, Numbers, new SgdSettings(0.1f, 0.9f, 1e-3f), new RandomKey(1, i));
        }

        Assert.That(weights.Value.ToArray(), Is.Not.EqualTo(start));
        Assert.That(weights.ToDense().Count(value => value == 0), Is.EqualTo(kept.Pattern.DenseCount - KeptCounts.Of(kept.Pattern.DenseCount, 0.9)));
    }

    [Test]
    public void Thresholds_after_a_step_are_those_that_the_network_computes_with()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend, threshold: SpikingModel.SmallestThreshold);
        using var step = new TrainingStep(model, Samples, 4, TrainingObjective.Natural, null, Surrogate.Default);
        for (var i = 0ul; i < 3; i++)
        {
            step.Run(Images, Labels, Numbers, new SgdSettings(10, 0, 0.5f), new RandomKey(1, i));
        }

        Assert.That(model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold).Select(each => each.Value.ToArray()[0]),
            Is.All.GreaterThanOrEqualTo(SpikingModel.SmallestThreshold));
    }

    // METHODS 7: of a spiking network the clean pass comes first, and the adversary runs with the statistics that it left.
    [TestCase("Trades", 4, true)]
    [TestCase("Mart", 4, true)]
    [TestCase("Adversarial", 4, false, Description = "has no clean pass")]
    [TestCase("Trades", 0, false, Description = "METHODS 4: the adversary first")]
    [TestCase("Mart", 0, false)]
    public void The_adversary_sees_the_statistics_of_the_clean_pass(string kind, int timesteps, bool seen)
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        var statistics = model.Parameters["features.1.running_mean"].Value;
        var before = statistics.ToArray();
        var watching = new WatchingAttack(statistics);
        var adversary = new Adversary(watching, Budget.Pixels(Small.Epsilon), GradientEstimator.Default);
        var objective = new TrainingObjective(Enum.Parse<ObjectiveKind>(kind), 2);
        using var step = new TrainingStep(model, Samples, timesteps, objective, adversary, Surrogate.Default);
        step.Run(Images, Labels, Numbers, new SgdSettings(0.1f, 0.9f, 0), new RandomKey(1, 1));

        float[] expected = before;
        if (seen)
        {
            using var other = Small.Spiking(backend);
            using var clean = new ObjectiveGradient(other, Samples, timesteps, TrainingObjective.Natural, Surrogate.Default);
            using var batch = new DeviceBatch(backend, Images);
            batch.Accumulate(clean);
            expected = other.Parameters["features.1.running_mean"].Value.ToArray();
        }

        Assert.That(watching.Seen, Is.EqualTo(expected));
        Assert.That(statistics.ToArray(), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_step_that_is_cancelled_leaves_the_weights()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        var before = Trained(model);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var adversary = new Adversary(new Pgd(new PgdOptions(3)), Budget.Pixels(Small.Epsilon), GradientEstimator.Default);
        using var step = new TrainingStep(model, Samples, 4, TrainingObjective.Trades(2), adversary, Surrogate.Default);
        Assert.Throws<OperationCanceledException>(
            () => step.Run(Images, Labels, Numbers, new SgdSettings(0.1f, 0.9f, 0), new RandomKey(1, 1), cancelled.Token));
        Assert.That(Trained(model), Is.EqualTo(before));

        static float[][] Trained(SpikingModel model) =>
            [.. model.Parameters.All.Where(each => each.Specification.Trainable).Select(each => each.Value.ToArray())];
    }

    [Test]
    public void The_same_key_gives_the_same_step()
    {
        static TrainingLoss Once(ulong stream)
        {
            using var backend = Small.Backend();
            using var model = Small.Spiking(backend);
            var adversary = new Adversary(new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)), Budget.Pixels(Small.Epsilon), GradientEstimator.Default);
            using var step = new TrainingStep(model, Samples, 4, TrainingObjective.Trades(2), adversary, Surrogate.Default);
            return step.Run(Images, Labels, Numbers, new SgdSettings(0.1f, 0.9f, 0), new RandomKey(1, stream));
        }

        Assert.Multiple(() =>
        {
            Assert.That(Once(1), Is.EqualTo(Once(1)));
            Assert.That(Once(2), Is.Not.EqualTo(Once(1)));
        });
    }

    [TestCaseSource(nameof(Objectives))]
    public void Objective_and_adversary_must_go_together(TrainingObjective objective)
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        Adversary? wrong = objective.UsesAdversarial ? null : Fast;
        Assert.Throws<BadInputException>(() => _ = new TrainingStep(model, Samples, 4, objective, wrong, Surrogate.Default));
    }

    /// <summary>A mixed batch is a batch of which some images were attacked: a natural step on those images is the same step.</summary>
    [TestCase(0.5, new[] { 1, 2, 5, 6 })]
    [TestCase(0.3, new[] { 1, 4 })]
    [TestCase(0.0, new int[0])]
    public void Mixed_batches_are_clean_in_their_share_of_images_and_attacked_in_the_others(double share, int[] clean)
    {
        using var backend = Small.Backend();
        using var mixed = Small.Ann(backend);
        using var natural = Small.Ann(backend);
        float[] images;
        using (var classifier = new Classifier(natural, Samples, 0))
        using (var batch = new AttackBatch(classifier))
        {
            batch.Load(Images, Labels, Numbers);
            Fast.Attack.Run(batch, new AttackSettings(Fast.Budget, Fast.Estimator, new RandomKey(1, 0).Derive(0)));
            images = batch.DownloadAdversarial().ToArray();
            foreach (var sample in clean)
            {
                Array.Copy(Images, sample * Small.PixelCount, images, sample * Small.PixelCount, Small.PixelCount);
            }
        }

        var sgd = new SgdSettings(0.1f, 0.9f, 1e-3f);
        using var step = new TrainingStep(mixed, Samples, 0, TrainingObjective.Adversarial, Fast, Surrogate.Default, share);
        using var plain = new TrainingStep(natural, Samples, 0, TrainingObjective.Natural, null, Surrogate.Default);
        var loss = step.Run(Images, Labels, Numbers, sgd, new RandomKey(1, 0));
        Assert.That(loss.Loss, Is.EqualTo(plain.Run(images, Labels, Numbers, sgd, new RandomKey(1, 0)).Loss));
        foreach (var parameter in mixed.Parameters.All)
        {
            Assert.That(parameter.Value.ToArray(), Is.EqualTo(natural.Parameters[parameter.Name].Value.ToArray()), parameter.Name);
        }
    }

    [TestCase(ObjectiveKind.Adversarial, 1.0)]
    [TestCase(ObjectiveKind.Adversarial, -0.1)]
    [TestCase(ObjectiveKind.Trades, 0.5)]
    [TestCase(ObjectiveKind.Mart, 0.5)]
    public void A_share_that_does_not_mix_is_refused(ObjectiveKind kind, double share)
    {
        using var backend = Small.Backend();
        using var model = Small.Ann(backend);
        var refusal = Assert.Throws<BadInputException>(
            () => _ = new TrainingStep(model, Samples, 0, new TrainingObjective(kind, 2), Fast, Surrogate.Default, share));
        Assert.That(refusal?.Message, Does.Contain("clean share"));
    }

    private sealed class DeviceBatch : IDisposable
    {
        private readonly DeviceBuffer clean;
        private readonly DeviceBuffer adversarial;
        private readonly DeviceBuffer labels;
        private readonly DeviceBuffer numbers;

        public DeviceBatch(IBackend backend, float[]? adversarial = null)
        {
            clean = backend.Allocate(Images.Length);
            this.adversarial = backend.Allocate(Images.Length);
            labels = backend.Allocate(Samples);
            numbers = backend.Allocate(Samples, ElementType.Int32);
            clean.Upload(Images);
            this.adversarial.Upload(adversarial ?? Moved);
            labels.Upload(Array.ConvertAll(Labels, label => (float)label));
        }

        public TrainingLoss Accumulate(ObjectiveGradient gradient) => gradient.Accumulate(clean, this.adversarial, labels, numbers, Labels, default);

        public void Dispose()
        {
            clean.Dispose();
            this.adversarial.Dispose();
            labels.Dispose();
            numbers.Dispose();
        }
    }

    /// <summary>FGSM that writes down what a buffer held when it was called.</summary>
    private sealed class WatchingAttack(DeviceBuffer watched) : IAttack
    {
        public string Name => "watching";

        public long Passes(IClassifier classifier) => 1;

        public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
            throw new NotSupportedException("this attack runs on all samples together");

        public float[] Seen { get; private set; } = [];

        public void Run(AttackBatch batch, AttackSettings settings)
        {
            Seen = watched.ToArray();
            new Fgsm().Run(batch, settings);
        }
    }
}
