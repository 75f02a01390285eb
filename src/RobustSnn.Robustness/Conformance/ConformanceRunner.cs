using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>How a group of a golden case came out.</summary>
/// <param name="WorstError">In the measure of the group; NaN or infinite where something is missing, wrong in kind or no number.</param>
/// <param name="Pass">WorstError ≤ Tolerance.</param>
public sealed record ConformanceRow(string Group, double WorstError, double Tolerance, bool Pass, string Detail);

/// <summary>A check's result: an error in the measure of the group and what it may be.</summary>
internal readonly record struct Finding(double Error, double Tolerance, string Detail);

/// <summary>
/// Computes everything that a golden case contains and compares. Groups are those of the tensors that are there: any subset, of any
/// named architecture, T, leak, reset, batch and weights. A tensor of no known group fails under its own name.
/// </summary>
public sealed class ConformanceRunner : IDisposable
{
    private const string ParameterGroup = "param";
    private const double SureMargin = 1e-5;

    private readonly GoldenCase golden;
    private readonly IBackend backend;
    private readonly IReadOnlyDictionary<string, Func<Finding>> checks;
    private readonly PassChecks passes;
    private readonly AttackChecks attacks;
    private readonly TrainingChecks training;

    public ConformanceRunner(GoldenCase golden, IBackend backend)
    {
        this.golden = golden;
        this.backend = backend;
        passes = new PassChecks(golden, backend);
        attacks = new AttackChecks(golden, backend);
        training = new TrainingChecks(golden, backend);
        checks = new Dictionary<string, Func<Finding>>
        {
            [ParameterGroup] = CheckParameters,
            ["logits.steps"] = passes.StepLogits,
            ["logits"] = () => passes.Logits("logits", golden.Timesteps),
            ["logits.act"] = () => passes.Logits("logits.act", 0),
            ["spike_rates"] = passes.SpikeRates,
            ["fgsm"] = attacks.Fgsm,
            ["rfgsm"] = attacks.Rfgsm,
            ["pgd"] = attacks.Pgd,
            ["apgd.ce"] = () => attacks.Apgd("apgd.ce", LogitLoss.CrossEntropy),
            ["apgd.dlr"] = () => attacks.Apgd("apgd.dlr", LogitLoss.DifferenceOfLogitsRatio),
            ["trades.loss"] = () => training.Loss("trades"),
            ["trades.grad"] = () => training.Gradients("trades"),
            ["trades.after2"] = training.AfterTwoUpdates,
            ["mart.loss"] = () => training.Loss("mart"),
            ["mart.grad"] = () => training.Gradients("mart"),
            ["balance"] = CheckBalancing,
        };
        Groups = GroupsOf(golden.Tensors.Keys);
    }

    /// <summary>The groups of this case: the parameters first, then in the order of the names.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The groups of a case with tensors of these names.</summary>
    public static IReadOnlyList<string> GroupsOf(IEnumerable<string> tensors) =>
    [
        ParameterGroup,
        .. tensors.Select(GroupOf).OfType<string>().Where(group => group != ParameterGroup).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Checks every group.</summary>
    public IReadOnlyList<ConformanceRow> Run() => [.. Groups.Select(Check)];

    /// <summary>Checks one group.</summary>
    public ConformanceRow Check(string group)
    {
        try
        {
            var finding = Measure(group);
            var note = this.golden.MinMargin <= SureMargin && group is not (ParameterGroup or "logits.act")
                ? $" The case's min_margin is {Short(this.golden.MinMargin)}, not above {Short(SureMargin)}: spikes may differ in float32."
                : "";
            return new ConformanceRow(group, finding.Error, finding.Tolerance, finding.Error <= finding.Tolerance, finding.Detail + note);
        }
        catch (Exception fault) when (fault is BadInputException or InvalidOperationException)
        {
            return new ConformanceRow(group, double.NaN, 0, false, fault.Message);
        }
    }

    public void Dispose()
    {
        passes.Dispose();
        attacks.Dispose();
        training.Dispose();
    }

    internal static string Short(double value) => value.ToString("0.##E+0", CultureInfo.InvariantCulture);

    private static string? GroupOf(string tensor) => tensor switch
    {
        "x" or "y" or "pgd.start" or "rfgsm.noise_sign" or "apgd.rand" or "balance.x" => null,
        "fgsm.x_adv" => "fgsm",
        "rfgsm.x_adv" => "rfgsm",
        "pgd.x_adv" => "pgd",
        "apgd.ce.x_best" or "apgd.ce.loss_best" or "apgd.ce.x_best_adv" or "apgd.ce.correct" => "apgd.ce",
        "apgd.dlr.x_best" or "apgd.dlr.loss_best" or "apgd.dlr.x_best_adv" or "apgd.dlr.correct" => "apgd.dlr",
        "trades.loss" or "trades.natural" or "trades.robust" => "trades.loss",
        "balance.thresholds" => "balance",
        _ => new[] { ParameterGroup, "trades.grad", "trades.after2", "mart.grad" }
            .FirstOrDefault(group => tensor.StartsWith(group + ".", StringComparison.Ordinal), tensor),
    };

    private Finding Measure(string group)
    {
        const string gradient = "grad_x.";
        if (group.StartsWith(gradient, StringComparison.Ordinal))
        {
            return passes.InputGradient(group, GradientEstimators.Parse(group[gradient.Length..]));
        }

        return checks.TryGetValue(group, out var check)
            ? check()
            : throw new BadInputException(
                $"'{group}' is of no group of golden cases. Expected {gradient}*, {string.Join(", ", checks.Keys)}.");
    }

    private Finding CheckParameters()
    {
        var faults = GoldenNetwork.Faults(this.golden, GoldenNetwork.Describe(this.golden));
        return new Finding(faults.Count, 0, string.Join(" ", faults));
    }

    private Finding CheckBalancing()
    {
        using var model = GoldenNetwork.Load(this.golden, this.backend);
        var images = this.golden.Tensor("balance.x");
        var expected = this.golden.Tensor("balance.thresholds").Values;
        var size = images.Values.Length / images.Dimensions[0];
        var found = ThresholdBalancing.Run(
            model, [.. images.Values.Chunk(size)], new BalancingOptions(this.golden.BalancingTimesteps));
        float[] thresholds = [.. found.Select(layer => layer.Value)];
        return thresholds.Length == expected.Length
            ? new Finding(Deviation.RelativeOfEach(thresholds, expected), 1e-3, $"{thresholds.Length} thresholds, relative")
            : throw new BadInputException(
                $"'balance.thresholds' has {expected.Length} values, the network has {thresholds.Length} neuron layers.");
    }
}
