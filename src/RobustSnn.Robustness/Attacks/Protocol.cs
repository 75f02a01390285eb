using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>A part of a protocol: attacks in balls of the same radii.</summary>
/// <param name="Attacks">By name.</param>
/// <param name="Epsilons">Radii as they are written; empty where the user says.</param>
public sealed record ProtocolPart(IReadOnlyList<string> Attacks, IReadOnlyList<string> Epsilons);

/// <summary>What an evaluation attacks with, where that is not said attack by attack: those of the two papers, AutoAttack, and everything there is.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="StopsEarly">
/// Whether a sample is broken by any image that an attack makes on its way; the papers count what an attack ends in.
/// </param>
/// <param name="IsPointwiseWorst">Whether the figure is that of all attacks together, sample by sample.</param>
public sealed record Protocol(string Name, bool StopsEarly, bool IsPointwiseWorst, IReadOnlyList<ProtocolPart> Parts)
{
    private static readonly string[] PaperEpsilons = ["2/255", "4/255", "8/255"];

    /// <summary>Sharpness of ASSG that a strict evaluation tries (METHODS 10): its authors choose one for each network, on images that they do not say.</summary>
    private static readonly string[] Sharpness = ["0.38", "0.425", "0.46"];

    /// <summary>Estimators beyond the 19 that a strict evaluation follows (METHODS 10).</summary>
    private static readonly string[] Newer = ["rga", "hart", "bptt.PDSG"];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<Protocol> All { get; } =
    [
        new("p1", false, false,
            [new(["fgsm_ens", "rfgsm_ens", "pgd7_ens", "pgd20_ens", "pgd40_ens", "apgd-dlr_ens", "apgd-ce_ens"], PaperEpsilons)]),
        new("p2", false, false,
        [
            new(["fgsm_ens", "pgd10_ens", "apgd-dlr_ens", "apgd-ce_ens"], PaperEpsilons),
            new(["pgd7_ens", "pgd20_ens", "pgd40_ens", "square(queries=500)", "square(queries=1000)", "square"], ["8/255"]),
        ]),
        new(AutoAttack.Name, true, false, [new([AutoAttack.Name], [])]),
        new("strict", true, true, [new([.. Strict()], [])]),
    ];

    /// <exception cref="BadInputException">There is none of that name.</exception>
    public static Protocol Parse(string name) => All.FirstOrDefault(each => each.Name == name)
        ?? throw new BadInputException($"There is no protocol '{name}'. Expected one of {string.Join(", ", All.Select(each => each.Name))}; the nearest is "
            + $"{Spelling.nearest(All.Select(each => each.Name), name).Head}.");

    /// <summary>The strongest first, so that what costs most has fewest samples left; each that could find what none before it did is there.</summary>
    private static IEnumerable<string> Strict() =>
    [
        .. Sharpness.Select(c => $"sa-pgd(surrogate=bptt.ASSG.{c})"),
        "apgd-ce_ens",
        "apgd-dlr_ens",
        "pgd10_ens",
        "fgsm_ens",
        .. Newer.Select(estimator => $"pgd10(surrogate={estimator})"),
        .. Newer.Select(estimator => $"apgd-ce(surrogate={estimator})"),
        "pgd50(restarts=5)",
        "tpgd",
        "mart",
        AutoAttack.Name,
    ];
}
