using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Conformance;

/// <summary>The checks of a case's groups, on one form of its network and against one kind of expectations.</summary>
internal sealed class CaseChecks : IDisposable
{
    public const string ParameterGroup = "param";

    private readonly GoldenCase golden;
    private readonly CaseNetwork network;
    private readonly Expectations expected;
    private readonly Dictionary<string, Func<Finding>> checks;
    private readonly CaseBatch shared;
    private readonly PassChecks passes;
    private readonly AttackChecks attacks;
    private readonly TrainingChecks training;
    private readonly EnsembleChecks ensembles;

    public CaseChecks(GoldenCase golden, CaseNetwork network, Expectations expected)
    {
        this.golden = golden;
        this.network = network;
        this.expected = expected;
        shared = new CaseBatch(golden, network);
        var leeway = new Leeway(network.Backend);
        passes = new PassChecks(golden, network, shared, expected);
        attacks = new AttackChecks(golden, network, shared, expected);
        var targeted = new TargetedChecks(golden, shared, leeway, expected);
        var square = new SquareChecks(golden, shared, expected);
        ensembles = new EnsembleChecks(golden, shared, expected);
        var balancing = new BalancingChecks(golden, network, expected);
        var steps = new StepsChecks(golden, network, leeway, expected);
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
            ["balance"] = () => balancing.Thresholds("balance", BalancingLoop.EveryMiniBatch),
            ["residual_balance"] = () => balancing.Thresholds("residual_balance", BalancingLoop.Reference),
            ["apgdt"] = targeted.Check,
            ["square"] = square.Check,
            ["ens.fgsm"] = ensembles.Fgsm,
            ["ens.pgd"] = ensembles.Pgd,
            ["ens.apgd"] = ensembles.Apgd,
            ["steps.loss"] = steps.Losses,
            ["steps.x_adv"] = steps.Images,
            ["steps.correct"] = steps.Correct,
            ["steps.after1"] = steps.AfterFirst,
            ["steps.final"] = steps.Final,
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
        attacks.Dispose();
        ensembles.Dispose();
        training.Dispose();
        shared.Dispose();
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
}
