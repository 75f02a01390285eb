using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>Tensors that every case of a kind has.</summary>
/// <param name="Name">Of a tensor; with <paramref name="Of"/> the beginning of names.</param>
/// <param name="Of">Which parameters of the network have such a tensor; null for one tensor.</param>
internal sealed record Promise(string Name, Func<Parameter, bool>? Of = null);

/// <summary>What the metadata's <c>kind</c> says of a golden case: the groups that it must have. Without one, it may have any.</summary>
internal sealed record GoldenKind(string Name, IReadOnlyList<Promise> Promises)
{
    private const string Key = "kind";

    private static readonly GoldenKind Standard = new("", []);

    private static readonly IReadOnlyList<GoldenKind> Known =
    [
        new("ann",
        [
            .. Each("x", "y", "x_adv", "ann.natural.loss", "ann.at.loss", "ann.trades.loss", "ann.mart.loss"),
            .. new[] { "natural", "at", "trades", "mart" }.Select(objective => new Promise($"ann.{objective}.grad.", IsTrainedWithoutSpikes)),
            new("ann.trades.statistics.", parameter => !parameter.Trainable),
        ]),
        new("attacks",
        [
            .. Each("x", "y", "tpgd.start", "tpgd.x_adv", "tpgd.loss", "mart_attack.start", "mart_attack.x_adv", "mart_attack.loss"),
            .. Each("apgdt.rand", "apgdt.targets", "apgdt.runs.loss_best", "apgdt.runs.correct", "apgdt.x_adv", "apgdt.correct"),
            .. Each("square.init", "square.size", "square.row", "square.column", "square.sign", "square.x_adv", "square.margin", "square.queries", "square.correct"),
        ]),
        new("ensemble",
        [
            .. Each("x", "y", "ens.pgd.start", "ens.apgd.rand"),
            .. new[] { "fgsm", "pgd", "apgd" }.SelectMany(name => Each($"ens.{name}.alone", $"ens.{name}.alone_margin", $"ens.{name}.correct", $"ens.{name}.robust")),
        ]),
        new("residual_balance", Each("residual_balance.x", "residual_balance.thresholds")),
        new("steps",
        [
            .. Each("steps.x", "steps.y", "steps.noise", "steps.loss", "steps.natural", "steps.robust", "steps.x_adv", "steps.margin", "steps.correct"),
            new("steps.after1.", _ => true),
            new("steps.final.", _ => true),
        ]),
    ];

    /// <summary>Attacks of the T = 0 network, which a case of kind attacks has unless its metadata <c>ann_forms</c> is "no".</summary>
    private static readonly Promise[] AnnForms = Each("tpgd.ann.x_adv", "tpgd.ann.loss", "mart_attack.ann.x_adv", "mart_attack.ann.loss");

    /// <summary>The kind of a case with that metadata.</summary>
    /// <exception cref="BadInputException">There is none of that name; the message names the nearest.</exception>
    public static GoldenKind Of(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out var name))
        {
            return Standard;
        }

        var kind = Known.FirstOrDefault(each => each.Name == name) ?? throw new BadInputException(
            $"The golden case's metadata '{Key}' is '{name}', which is no kind of golden cases. The nearest is "
            + $"{Spelling.nearest(Known.Select(each => each.Name), name).Head}. Expected {string.Join(", ", Known.Select(each => each.Name))}, or none.");
        var hasAnnForms = kind.Name == "attacks" && metadata.GetValueOrDefault("ann_forms") != "no";
        return hasAnnForms ? kind with { Promises = [.. kind.Promises, .. AnnForms] } : kind;
    }

    /// <summary>Names of the tensors that a promise is about.</summary>
    public static IEnumerable<string> Names(Promise promise, Network network) => promise.Of is { } of
        ? Parameters.ofNetwork(network).Where(of).Select(parameter => promise.Name + parameter.Name)
        : [promise.Name];

    private static Promise[] Each(params string[] names) => Array.ConvertAll(names, name => new Promise(name));

    /// <summary>With T = 0 there are no thresholds to train.</summary>
    private static bool IsTrainedWithoutSpikes(Parameter parameter) => parameter.Trainable && !parameter.Kind.IsThreshold;
}
