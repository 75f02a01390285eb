using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>Which tensors of a golden case are compared together, and which are inputs.</summary>
internal static class GoldenGroups
{
    /// <summary>Groups with a tensor of each parameter.</summary>
    private static readonly string[] OfParameters =
    [
        CaseChecks.ParameterGroup, "trades.grad", "trades.after2", "mart.grad", "ann.natural.grad", "ann.at.grad", "ann.trades.grad",
        "ann.trades.statistics", "ann.mart.grad", "steps.after1", "steps.final",
    ];

    /// <summary>The groups of a case: the parameters first, then in the order of the names; also those that its kind promises.</summary>
    public static IReadOnlyList<string> Of(GoldenCase golden) =>
    [
        CaseChecks.ParameterGroup,
        .. golden.Tensors.Keys.Concat(golden.Kind.Promises.Select(promise => promise.Name)).Select(Of).OfType<string>()
            .Where(group => group != CaseChecks.ParameterGroup).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>What the case's kind promises of a group must be there.</summary>
    /// <exception cref="BadInputException">Something is not; the message names it.</exception>
    public static void RequirePromised(GoldenCase golden, string group)
    {
        string[] missing =
        [
            .. golden.Kind.Promises.Where(promise => Of(promise.Name) == group)
                .SelectMany(promise => GoldenKind.Names(promise, GoldenNetwork.Describe(golden)))
                .Where(name => !golden.Tensors.ContainsKey(name)),
        ];
        if (missing.Length > 0)
        {
            throw new BadInputException(
                $"A golden case of kind '{golden.Kind.Name}' has '{missing[0]}', this one lacks it{(missing.Length > 1 ? $", and {missing.Length - 1} more of {group}" : "")}.");
        }
    }

    /// <summary>The group of a tensor; its own name where it has none; null for an input.</summary>
    public static string? Of(string tensor) => tensor switch
    {
        "x" or "y" or "pgd.start" or "rfgsm.noise_sign" or "apgd.rand" or "balance.x" => null,
        "x_adv" or "tpgd.start" or "mart_attack.start" => null,
        "apgdt.rand" or "square.init" or "square.row" or "square.column" or "square.sign" => null,
        "ens.pgd.start" or "ens.apgd.rand" or "residual_balance.x" => null,
        "steps.x" or "steps.y" or "steps.noise" or "steps.margin" => null,
        "tpgd.x_adv" or "tpgd.loss" => "tpgd",
        "tpgd.ann.x_adv" or "tpgd.ann.loss" => "tpgd.ann",
        "mart_attack.x_adv" or "mart_attack.loss" => "mart_attack",
        "mart_attack.ann.x_adv" or "mart_attack.ann.loss" => "mart_attack.ann",
        "fgsm.x_adv" => "fgsm",
        "rfgsm.x_adv" => "rfgsm",
        "pgd.x_adv" => "pgd",
        "apgd.ce.x_best" or "apgd.ce.loss_best" or "apgd.ce.x_best_adv" or "apgd.ce.correct" => "apgd.ce",
        "apgd.dlr.x_best" or "apgd.dlr.loss_best" or "apgd.dlr.x_best_adv" or "apgd.dlr.correct" => "apgd.dlr",
        "apgdt.targets" or "apgdt.runs.loss_best" or "apgdt.runs.correct" or "apgdt.x_adv" or "apgdt.correct" => "apgdt",
        "square.size" or "square.x_adv" or "square.margin" or "square.queries" or "square.correct" => "square",
        "ens.fgsm.alone" or "ens.fgsm.alone_margin" or "ens.fgsm.correct" or "ens.fgsm.robust" => "ens.fgsm",
        "ens.pgd.alone" or "ens.pgd.alone_margin" or "ens.pgd.correct" or "ens.pgd.robust" => "ens.pgd",
        "ens.apgd.alone" or "ens.apgd.alone_margin" or "ens.apgd.correct" or "ens.apgd.robust" => "ens.apgd",
        "trades.loss" or "trades.natural" or "trades.robust" => "trades.loss",
        "steps.loss" or "steps.natural" or "steps.robust" => "steps.loss",
        "balance.thresholds" => "balance",
        "residual_balance.thresholds" => "residual_balance",
        _ => OfParameters.FirstOrDefault(group => tensor.StartsWith(group + ".", StringComparison.Ordinal), tensor),
    };
}
