using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>Checks of a training step with x' = rfgsm.x_adv: TRADES with β = 2, MART with β = 4, two SGD updates after TRADES.</summary>
internal sealed class TrainingChecks(GoldenCase golden, IBackend backend) : IDisposable
{
    private const string After2 = "trades.after2.";
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

    /// <summary>Far more than float32 leaves open of a gradient that is found from two updates.</summary>
    private const double Contradiction = 0.02;

    private const string Contradicted =
        "; the case contradicts itself: its trades.grad is not the gradient of its own trades.after2, which is checked instead";

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
                var expected = golden.Tensor($"{objective}.{part}").Values.AsSpan(0, 1);
                worst = Math.Max(worst, Deviation.RelativeNorm([(float)value], expected, LossFloor));
            }
        }

        return new Finding(worst, LossTolerance, "relative");
    }

    public Finding Gradients(string objective)
    {
        var step = StepOf(objective);
        var expected = Named(objective + ".grad.");
        var implied = objective == "trades" ? ImpliedByUpdates(expected) : null;
        var floor = Floor(implied ?? expected);
        var finding = Worst(implied ?? expected, GradientTolerance, "relative L2", (name, values) =>
        {
            var ours = Download(step.Model, name, tensor => tensor.Gradient, values.Length);
            return Deviation.RelativeNorm(ours, implied is null ? values : NearestByUpdates(name, ours, values), floor);
        });
        return implied is null ? finding : finding with { Detail = finding.Detail + Contradicted };
    }

    public Finding AfterTwoUpdates()
    {
        // On its own model: the others' gradients stay as they are.
        using var step = Take("trades");
        step.Model.Parameters.SgdStep(Updates.LearningRate, Updates.Momentum, Updates.WeightDecay);
        step.Model.Parameters.SgdStep(Updates.LearningRate, Updates.Momentum, Updates.WeightDecay);
        return Worst(Named(After2), UpdateTolerance, "absolute, relative above 1",
            (name, values) => Deviation.Absolute(Download(step.Model, name, tensor => tensor.Value, values.Length), values));
    }

    public void Dispose()
    {
        foreach (var step in steps.Values)
        {
            step.Dispose();
        }
    }

    private static double Floor(IReadOnlyList<(string Name, float[] Values)> gradients) =>
        NormFloor * Math.Sqrt(gradients.Sum(each => Math.Pow(Deviation.Norm(each.Values), 2)));

    /// <summary>The gradients that trades.after2 came from, where the case has it and its trades.grad is something else.</summary>
    private IReadOnlyList<(string Name, float[] Values)>? ImpliedByUpdates(IReadOnlyList<(string Name, float[] Values)> gradients)
    {
        if (!gradients.All(each => golden.Tensors.ContainsKey(After2 + each.Name) && golden.Tensors.ContainsKey("param." + each.Name)))
        {
            return null;
        }

        var implied = gradients.Select(each => (each.Name, Values: SgdInverse.GradientOfTwoUpdates(
            golden.Tensor("param." + each.Name).Values, golden.Tensor(After2 + each.Name).Values, Updates))).ToArray();
        float[] all = [.. gradients.SelectMany(each => each.Values)];
        float[] allImplied = [.. implied.SelectMany(each => each.Values)];
        return Deviation.RelativeNorm(all, allImplied) > Contradiction ? implied : null;
    }

    private float[] NearestByUpdates(string name, float[] ours, float[] implied) => SgdInverse.Nearest(
        ours, implied, golden.Tensor("param." + name).Values, golden.Tensor(After2 + name).Values, Updates);

    private static Finding Worst(
        IReadOnlyList<(string Name, float[] Values)> expected, double tolerance, string measure, Func<string, float[], double> error)
    {
        var (worst, worstName) = (0.0, "none");
        foreach (var (name, values) in expected)
        {
            var each = error(name, values);
            if (!double.IsNaN(worst) && !(each <= worst))
            {
                (worst, worstName) = (each, name);
            }
        }

        return new Finding(worst, tolerance, $"{measure}; of {expected.Count} tensors the worst is {worstName}");
    }

    private static float[] Download(SpikingModel model, string name, Func<ParameterTensor, DeviceBuffer?> of, int count)
    {
        var tensor = model.Parameters.All.FirstOrDefault(each => each.Name == name);
        return tensor is not null && of(tensor) is { } buffer && buffer.Length == count
            ? buffer.ToArray()
            : throw new BadInputException($"'{name}' has {count} values, which no trained parameter of the network has.");
    }

    private IReadOnlyList<(string Name, float[] Values)> Named(string prefix) =>
    [
        .. golden.Tensors.Keys
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => (name[prefix.Length..], golden.Tensor(name).Values)),
    ];

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
        var kind = objective == "trades" ? TrainingObjective.Trades(2) : TrainingObjective.Mart(4);
        var model = GoldenNetwork.Load(golden, backend);
        try
        {
            using var classifier = new Classifier(model, golden.Batch, golden.Timesteps);
            using var batch = PassChecks.LoadBatch(golden, classifier);
            using var gradient = new ObjectiveGradient(model, golden.Batch, golden.Timesteps, kind, Surrogate.Default);
            var adversarial = golden.Tensor("rfgsm.x_adv").Values;
            if (adversarial.Length != batch.PixelCount)
            {
                throw new BadInputException($"'rfgsm.x_adv' has {adversarial.Length} values, expected {batch.PixelCount}.");
            }

            batch.Adversarial.Upload(adversarial);
            return new Step(model, gradient.Accumulate(batch.Clean, batch.Adversarial, batch.Labels, batch.LabelsHost, default));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private sealed record Step(SpikingModel Model, TrainingLoss Loss) : IDisposable
    {
        public void Dispose() => Model.Dispose();
    }
}
