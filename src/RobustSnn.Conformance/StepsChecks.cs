using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Conformance;

/// <summary>
/// Checks of steps of finetuning in the reference's order (METHODS 7), each on its own batch, with the adversary's noise given. Where no membrane
/// of any step came within 1e-5 of its threshold, all steps are held to the numbers; else the first one is, and what follows it to what float32
/// did in the reference itself: a spike that flips somewhere changes parameters by 2e-3 and losses by 0.6 %.
/// </summary>
internal sealed class StepsChecks(GoldenCase golden, CaseNetwork network, Leeway leeway, Expectations expected)
{
    private const float SureMargin = 1e-5f;
    private const double Exact = 1e-5;
    private const double FirstLoss = 1e-4;
    private const double LaterLoss = 6e-3;
    private const double LaterParameter = 2e-3;
    private const double SamePixel = 1e-6;
    private const double PixelShareBeyond = 0.005;

    private Outcome? outcome;

    private bool IsExact => golden.Tensor("steps.margin").Values.Min() > SureMargin;

    /// <summary>The loss of each step and its terms, relative to the loss.</summary>
    public Finding Losses()
    {
        var found = Run();
        var wanted = expected.Of("steps.loss", found.Loss);
        return Finding.Worst(
            Compare(found.Loss, wanted, "loss"),
            Compare(found.Natural, expected.Of("steps.natural", found.Natural), "natural"),
            Compare(found.Robust, expected.Of("steps.robust", found.Robust), "robust"));

        Finding Compare(float[] each, float[] reference, string name)
        {
            var errors = each.Select((value, step) => Math.Abs((double)value - reference[step]) / Math.Max(1, Math.Abs(wanted[step]))).ToArray();
            return ByStep(errors, IsExact ? Exact : FirstLoss, IsExact ? Exact : LaterLoss, name);
        }
    }

    /// <summary>The adversarial images of each step: 99.5 % of pixels.</summary>
    public Finding Images()
    {
        var found = Run().Images;
        var wanted = expected.Of("steps.x_adv", found);
        var size = found.Length / Run().Loss.Length;
        var shares = found.Chunk(size).Zip(wanted.Chunk(size), (one, other) => Deviation.ShareBeyond(one, other, SamePixel)).ToArray();
        return ByStep(shares, PixelShareBeyond, IsExact ? PixelShareBeyond : 1, "share of pixels beyond 1e-6");
    }

    /// <summary>How many samples of each step's adversarial pass are classified correctly.</summary>
    public Finding Correct()
    {
        var found = Run().Correct;
        var wanted = expected.Of("steps.correct", found);
        const string name = "samples correct, difference";
        var differences = found.Zip(wanted, (one, other) => Math.Abs((double)one - other)).ToArray();
        return IsExact
            ? ByStep(differences, 0, 0, name)
            : Finding.Worst(First(differences, 0, name), leeway.LaterCorrect(differences.Max(), differences.Length));
    }

    /// <summary>All parameters after the first step.</summary>
    public Finding AfterFirst() => Parameters("steps.after1.", Run().AfterFirst, Exact);

    /// <summary>All parameters after the last step.</summary>
    public Finding Final() => Parameters("steps.final.", Run().Final, IsExact ? Exact : LaterParameter);

    private static Finding ByStep(double[] errors, double first, double later, string name) => Finding.Worst(
        First(errors, first, name),
        new Finding(Largest(errors), Math.Max(first, later), $"{ConformanceRunner.Short(Largest(errors))} in all {errors.Length}"));

    /// <summary>NaN where one is: LINQ's maximum would leave it out.</summary>
    private static double Largest(double[] errors) => errors.Aggregate(0.0, Math.Max);

    private static Finding First(double[] errors, double tolerance, string name) =>
        new(errors[0], tolerance, $"{name}: {ConformanceRunner.Short(errors[0])} in the first step");

    private Finding Parameters(string prefix, IReadOnlyDictionary<string, float[]> found, double tolerance)
    {
        var (worst, worstName, count) = (0.0, "none", 0);
        foreach (var tensor in golden.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var name = tensor[prefix.Length..];
            var values = found.GetValueOrDefault(name) ?? throw new BadInputException($"'{tensor}' is of no parameter of the network.");
            var error = Deviation.Absolute(values, expected.Of(tensor, values));
            (worst, worstName) = error <= worst ? (worst, worstName) : (error, name);
            count++;
        }

        return new Finding(worst, tolerance, $"absolute, relative above 1; of {count} tensors the worst is {worstName}");
    }

    private Outcome Run() => outcome ??= TakeSteps();

    private Outcome TakeSteps()
    {
        var images = golden.Tensor("steps.x");
        var (count, size) = (images.Dimensions[0], images.Values.Length / images.Dimensions[0]);
        var labels = golden.Whole("steps.y", golden.Classes - 1);
        var (epsilon, alpha) = (golden.Pixels("steps_eps"), golden.Pixels("steps_alpha"));
        if (alpha > epsilon)
        {
            throw new BadInputException($"The golden case's metadata 'steps_alpha' expects at most steps_eps = {epsilon}, found {alpha}.");
        }

        using var model = network.Load();
        var attack = new GivenNoise(new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler, alpha / epsilon)), golden.Tensor("steps.noise").Values);
        using var step = new TrainingStep(
            model, golden.Batch, golden.Timesteps, TrainingObjective.Trades((float)golden.Number("steps_beta")),
            new Adversary(attack, Budget.Pixels(epsilon), GradientEstimator.Default), Surrogate.Default)
        {
            BeforeStep = network.BeforeStep,
        };
        var sgd = new SgdSettings(
            (float)golden.Number("steps_lr"), (float)golden.Number("steps_momentum"), (float)golden.Number("steps_weight_decay"));
        var losses = new TrainingLoss[count];
        int[] numbers = [.. Enumerable.Range(0, golden.Batch)];
        IReadOnlyDictionary<string, float[]> afterFirst = new Dictionary<string, float[]>();
        for (var i = 0; i < count; i++)
        {
            losses[i] = step.Run(
                images.Values.AsSpan(i * size, size), labels.AsSpan(i * golden.Batch, golden.Batch), numbers, sgd, default);
            afterFirst = i == 0 ? Snapshot(model) : afterFirst;
        }

        return new Outcome(
            [.. losses.Select(loss => (float)loss.Loss)], [.. losses.Select(loss => (float)loss.Natural)], [.. losses.Select(loss => (float)loss.Robust)],
            [.. losses.Select(loss => (float)loss.Correct)], [.. attack.Images], afterFirst, Snapshot(model));
    }

    private static Dictionary<string, float[]> Snapshot(SpikingModel model) => model.Parameters.All.ToDictionary(each => each.Name, each => each.ToDense());

    private sealed record Outcome(
        float[] Loss, float[] Natural, float[] Robust, float[] Correct, float[] Images, IReadOnlyDictionary<string, float[]> AfterFirst,
        IReadOnlyDictionary<string, float[]> Final);

    /// <summary>RFGSM whose noise is given, batch after batch, and which writes down what comes out.</summary>
    private sealed class GivenNoise(Rfgsm rfgsm, float[] noise) : IAttack
    {
        private int runs;

        public string Name => rfgsm.Name;

        public List<float> Images { get; } = [];

        public long Passes(IClassifier classifier) => 1;

        public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
            throw new NotSupportedException("this attack runs on all samples together");

        public void Run(AttackBatch batch, AttackSettings settings)
        {
            var size = (int)batch.PixelCount;
            var buffer = batch.Images("conformance.noise");
            buffer.Upload(noise.AsSpan(runs++ * size, size));
            rfgsm.RunFrom(batch, settings, buffer);
            var images = batch.DownloadAdversarial();
            BallCheck.Verify(Name, batch, settings.Budget);
            Images.AddRange(images);
        }
    }
}
