using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Training;
using RobustSnn.Robustness;

namespace RobustSnn.Conformance;

/// <summary>
/// Checks of a training step with x' = rfgsm.x_adv: TRADES with β = 2, MART with β = 4, two SGD updates after TRADES; and of the T = 0
/// network's step under each objective with x' = x_adv, named ann.*.
/// </summary>
internal sealed class TrainingChecks(GoldenCase golden, CaseNetwork network, Expectations expected) : IDisposable
{
    private const string After2 = "trades.after2.";
    private const string AnnAdversarial = "x_adv";
    private const double LossTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;
    private const double UpdateTolerance = 1e-5;

    /// <summary>
    /// A parameter's gradient is measured against at least this share of the whole gradient's norm: that of a bias before BatchNorm is
    /// exactly zero, and only rounding is left of it.
    /// </summary>
    private const double NormFloor = 1e-4;

    /// <summary>KL of nearly equal logits is far below the other terms, and then only rounding is left of it.</summary>
    private const double LossFloor = 1e-4;

    private static readonly SgdSettings Updates = new(LearningRate: 0.05f, Momentum: 0.9f, WeightDecay: 1e-3f);

    private readonly Dictionary<string, Step> steps = [];

    /// <summary>The loss and its terms, each relative to itself, or to <see cref="LossFloor"/> where it is smaller.</summary>
    public Finding Loss(string objective)
    {
        var loss = StepOf(objective).Loss;
        var worst = 0.0;
        foreach (var (part, value) in new[] { ("loss", loss.Loss), ("natural", loss.Natural), ("robust", loss.Robust) })
        {
            if (golden.Tensors.ContainsKey($"{objective}.{part}"))
            {
                float[] found = [(float)value];
                worst = Math.Max(worst, Deviation.RelativeNorm(found, expected.Of($"{objective}.{part}", found), LossFloor));
            }
        }

        return new Finding(worst, LossTolerance, "relative");
    }

    public Finding Gradients(string objective)
    {
        var pairs = Pairs(objective + ".grad.", StepOf(objective).Model, network.Gradient);
        var floor = NormFloor * Math.Sqrt(pairs.Sum(pair => Math.Pow(Deviation.Norm(pair.Expected), 2)));
        return Worst(pairs, GradientTolerance, "relative L2", pair => Deviation.RelativeNorm(pair.Found, pair.Expected, floor));
    }

    public Finding AfterTwoUpdates()
    {
        // On its own model: the others' gradients stay as they are.
        using var step = Take("trades");
        network.Step(step.Model, Updates);
        network.Step(step.Model, Updates);
        return Worst(Pairs(After2, step.Model, parameter => parameter.ToDense()), UpdateTolerance, "absolute, relative above 1",
            pair => Deviation.Absolute(pair.Found, pair.Expected));
    }

    /// <summary>BatchNorm's running statistics after the passes of a step.</summary>
    public Finding Statistics(string objective) => Worst(
        Pairs(objective + ".statistics.", StepOf(objective).Model, parameter => parameter.ToDense()), UpdateTolerance,
        "absolute, relative above 1", pair => Deviation.Absolute(pair.Found, pair.Expected));

    public void Dispose()
    {
        foreach (var step in steps.Values)
        {
            step.Dispose();
        }
    }

    private static Finding Worst(IReadOnlyList<Pair> pairs, double tolerance, string measure, Func<Pair, double> error)
    {
        var (worst, worstName) = (0.0, "none");
        foreach (var pair in pairs)
        {
            var each = error(pair);
            if (!double.IsNaN(worst) && !(each <= worst))
            {
                (worst, worstName) = (each, pair.Name);
            }
        }

        return new Finding(worst, tolerance, $"{measure}; of {pairs.Count} tensors the worst is {worstName}");
    }

    /// <summary>What the model has for each of the case's tensors of that prefix, and what it should have.</summary>
    private IReadOnlyList<Pair> Pairs(string prefix, SpikingModel model, Func<ParameterTensor, float[]?> of)
    {
        return [.. golden.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(Pair)];

        Pair Pair(string tensor)
        {
            var name = tensor[prefix.Length..];
            return model.Parameters.All.FirstOrDefault(each => each.Name == name) is { } parameter && of(parameter) is { } found
                ? new Pair(name, found, expected.Of(tensor, found))
                : throw new BadInputException($"'{tensor}' is of no trained parameter of the network.");
        }
    }

    private Step StepOf(string objective)
    {
        if (!steps.TryGetValue(objective, out var step))
        {
            step = Take(objective);
            steps.Add(objective, step);
        }

        return step;
    }

    private Step Take(string objective)
    {
        var (kind, timesteps, adversarial) = Described(objective);
        var model = network.Load();
        try
        {
            using var classifier = CaseBatch.Classify(golden, model, timesteps);
            using var batch = CaseBatch.Load(golden, classifier);
            using var gradient = new ObjectiveGradient(model, golden.Batch, timesteps, kind, Surrogate.Default);
            batch.Adversarial.Upload(golden.Tensor(adversarial, (int)batch.PixelCount));
            return new Step(model, gradient.Accumulate(batch.Clean, batch.Adversarial, batch.Labels, batch.Numbers, batch.LabelsHost, default));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The objective, T and the tensor of x' behind a group's name.</summary>
    private (TrainingObjective Objective, int Timesteps, string Adversarial) Described(string objective) => objective switch
    {
        "trades" => (TrainingObjective.Trades(2), golden.Timesteps, "rfgsm.x_adv"),
        "mart" => (TrainingObjective.Mart(4), golden.Timesteps, "rfgsm.x_adv"),
        "ann.natural" => (TrainingObjective.Natural, 0, AnnAdversarial),
        "ann.at" => (TrainingObjective.Adversarial, 0, AnnAdversarial),
        "ann.trades" => (TrainingObjective.Trades((float)golden.Number("trades_beta")), 0, AnnAdversarial),
        "ann.mart" => (TrainingObjective.Mart((float)golden.Number("mart_beta")), 0, AnnAdversarial),
        _ => throw new InvalidOperationException($"{objective} is no objective of a golden case"),
    };

    private readonly record struct Pair(string Name, float[] Found, float[] Expected);

    private sealed record Step(SpikingModel Model, TrainingLoss Loss) : IDisposable
    {
        public void Dispose() => Model.Dispose();
    }
}
