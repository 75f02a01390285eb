using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Conformance;

/// <summary>A check's result: an error in the measure of the group and what it may be.</summary>
internal readonly record struct Finding(double Error, double Tolerance, string Detail);

/// <summary>The checks of a case's groups, on one form of its network and against one kind of expectations.</summary>
internal sealed class CaseChecks : IDisposable
{
    public const string ParameterGroup = "param";

    /// <summary>Groups that the program cannot compute yet, and why: neither passed nor failed, and always said.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotYet = new Dictionary<string, string>
    {
        ["apgdt"] = "not yet: there is no check of APGD-T",
        ["square"] = "not yet: there is no check of Square",
        ["ens"] = "not yet: there is no check of ensembles with given draws",
        ["residual_balance"] = "not yet: there is no check of the reference's loop over residual blocks",
        ["steps"] = "not yet: there is no check of ten steps in the reference's order",
    };

    private readonly GoldenCase golden;
    private readonly CaseNetwork network;
    private readonly Expectations expected;
    private readonly Dictionary<string, Func<Finding>> checks;
    private readonly PassChecks passes;
    private readonly AttackChecks attacks;
    private readonly TrainingChecks training;

    public CaseChecks(GoldenCase golden, CaseNetwork network, Expectations expected)
    {
        this.golden = golden;
        this.network = network;
        this.expected = expected;
        passes = new PassChecks(golden, network, expected);
        attacks = new AttackChecks(golden, network, expected);
        training = new TrainingChecks(golden, network, expected);
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
            ["correct"] = passes.Correct,
            ["ann.natural.loss"] = () => training.Loss("ann.natural"),
            ["ann.natural.grad"] = () => training.Gradients("ann.natural"),
            ["ann.at.loss"] = () => training.Loss("ann.at"),
            ["ann.at.grad"] = () => training.Gradients("ann.at"),
            ["ann.trades.loss"] = () => training.Loss("ann.trades"),
            ["ann.trades.grad"] = () => training.Gradients("ann.trades"),
            ["ann.trades.statistics"] = () => training.Statistics("ann.trades"),
            ["ann.mart.loss"] = () => training.Loss("ann.mart"),
            ["ann.mart.grad"] = () => training.Gradients("ann.mart"),
            ["tpgd"] = () => attacks.TrainingAttack("tpgd", "tpgd.start", LogitLoss.KullbackLeibler, golden.Timesteps),
            ["tpgd.ann"] = () => attacks.TrainingAttack("tpgd.ann", "tpgd.start", LogitLoss.KullbackLeibler, 0),
            ["mart_attack"] = () => attacks.TrainingAttack("mart_attack", "mart_attack.start", LogitLoss.CrossEntropy, golden.Timesteps),
            ["mart_attack.ann"] = () => attacks.TrainingAttack("mart_attack.ann", "mart_attack.start", LogitLoss.CrossEntropy, 0),
        };
    }

    /// <summary>Computes all of a group and compares.</summary>
    /// <exception cref="BadInputException">There is no such group, or the case lacks what it needs.</exception>
    public Finding Measure(string group)
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

    public void Dispose()
    {
        passes.Dispose();
        attacks.Dispose();
        training.Dispose();
    }

    /// <summary>Counts what is wrong with the case's parameters, or else those that the network has with other values.</summary>
    private Finding CheckParameters()
    {
        var faults = GoldenNetwork.Faults(golden, GoldenNetwork.Describe(golden));
        if (faults.Count > 0)
        {
            return new Finding(faults.Count, 0, string.Join(" ", faults));
        }

        using var model = network.Load();
        string[] wrong = [.. model.Parameters.All.Where(IsWrong).Select(parameter => $"'{parameter.Name}' has other values.")];
        var weights = model.Parameters.All.Where(parameter => parameter.Specification.Prunable).ToArray();
        var kept = weights.Any(parameter => parameter.Pattern is not null)
            ? FormattableString.Invariant(
                $"{weights.Sum(each => each.Value.Length):N0} of {weights.Sum(each => each.Specification.Count):N0} weights exist")
            : "";
        return new Finding(wrong.Length, 0, wrong.Length > 0 ? string.Join(" ", wrong) : kept);
    }

    private bool IsWrong(ParameterTensor parameter)
    {
        var values = parameter.ToDense();
        return !values.SequenceEqual(expected.Of($"{ParameterGroup}.{parameter.Name}", values));
    }

    private Finding CheckBalancing()
    {
        using var model = network.Load();
        var images = golden.Tensor("balance.x");
        var size = images.Values.Length / images.Dimensions[0];
        var found = ThresholdBalancing.Run(
            model, [.. images.Values.Chunk(size)], new BalancingOptions(golden.BalancingTimesteps));
        float[] thresholds = [.. found.Select(layer => layer.Value)];
        return new Finding(
            Deviation.RelativeOfEach(thresholds, expected.Of("balance.thresholds", thresholds)), 1e-3, $"{thresholds.Length} thresholds, relative");
    }
}
