using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>A part of a protocol: attacks in balls of the same radii.</summary>
/// <param name="Attacks">By name.</param>
/// <param name="Epsilons">Radii in L∞, in 255ths; empty where the user says.</param>
public sealed record ProtocolPart(IReadOnlyList<string> Attacks, IReadOnlyList<int> Epsilons);

/// <summary>What an evaluation attacks with, where that is not said attack by attack: those of the two papers, AutoAttack, and everything there is.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="StopsEarly">
/// Whether a sample is broken by any image that an attack makes on its way; the papers count what an attack ends in.
/// </param>
/// <param name="IsPointwiseWorst">Whether the figure is that of all attacks together, sample by sample.</param>
public sealed record Protocol(string Name, bool StopsEarly, bool IsPointwiseWorst, IReadOnlyList<ProtocolPart> Parts)
{
    private static readonly int[] PaperEpsilons = [2, 4, 8];

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
            new(["fgsm_ens", "pgd7_ens", "pgd10_ens", "pgd20_ens", "pgd40_ens", "apgd-dlr_ens", "apgd-ce_ens"], PaperEpsilons),
            new([.. GradientEstimators.Ensemble.Select(Alone), "square(queries=500)", "square(queries=1000)", "square"], [8]),
        ]),
        new(AutoAttack.Name, true, false, [new([AutoAttack.Name], [])]),
        new("strict", true, true, [new([.. Strict()], [])]),
    ];

    /// <exception cref="BadInputException">There is none of that name.</exception>
    public static Protocol Parse(string name) => All.FirstOrDefault(each => each.Name == name)
        ?? throw new BadInputException($"There is no protocol '{name}'. Expected one of {string.Join(", ", All.Select(each => each.Name))}; the nearest is "
            + $"{Spelling.nearest(All.Select(each => each.Name), name).Head}.");

    /// <summary>Whether the user says in which balls: the papers' protocols have their own.</summary>
    public bool HasEpsilons => Parts.All(part => part.Epsilons.Count > 0);

    /// <summary>
    /// The attacks that this network can be attacked with. Where the figure is that of all together, they are one ensemble in each ball, so that what
    /// comes later has fewer samples left.
    /// </summary>
    /// <param name="classes">Of the network: some attacks need more than two.</param>
    /// <param name="budgets">In place of the protocol's own radii; null for these.</param>
    /// <param name="leftOut">Gets a sentence for each attack that is left out, and why.</param>
    /// <exception cref="ArgumentException">No radii, and the protocol has none.</exception>
    public IReadOnlyList<AttackInBudget> For(int classes, IReadOnlyList<Budget>? budgets, ICollection<string> leftOut)
    {
        var asked = new List<AttackInBudget>();
        foreach (var part in Parts)
        {
            var balls = budgets ?? (HasEpsilons ? [.. part.Epsilons.Select(each => Budget.Pixels(each / 255f))]
                : throw new ArgumentException($"{Name} has no radii of its own, expected some", nameof(budgets)));
            foreach (var ball in balls)
            {
                EnsembleAttack[] attacks = [.. part.Attacks.Select(name => AttackCatalogue.Parse(name))];
                EnsembleAttack[] possible = [.. attacks.Select(attack => attack with { Members = [.. attack.Members.Where(member => IsPossible(member, ball))] })
                    .Where(attack => attack.Members.Count > 0)];
                asked.AddRange(IsPointwiseWorst
                    ? [new AttackInBudget(new EnsembleAttack(Name, [.. possible.SelectMany(attack => attack.Members).Distinct()]), ball)]
                    : possible.Select(attack => new AttackInBudget(attack, ball)));
            }
        }

        return asked;

        bool IsPossible(AttackMember member, Budget ball)
        {
            var why = member.Attack.LeastClasses > classes ? $"needs {member.Attack.LeastClasses} classes, the network has {classes}"
                : !member.Attack.Takes(ball.Norm) ? $"does not attack in {ball.Norm} norm"
                : null;
            if (why is not null && $"{member.Attack.Name} is left out: it {why}." is var note && !leftOut.Contains(note))
            {
                leftOut.Add(note);
            }

            return why is null;
        }
    }

    /// <summary>A member of FGSM's ensemble on all samples, as P2's table A1 has it.</summary>
    private static string Alone(GradientEstimator estimator) => AttackCatalogue.NameOf(new Fgsm(), estimator);

    /// <summary>
    /// The training's own surrogate first, on all samples, so that the diagnosis can say what it flatters by; then the strongest, so that what costs
    /// most has fewest samples left.
    /// </summary>
    private static IEnumerable<string> Strict() =>
    [
        "pgd10",
        .. Sharpness.Select(c => $"sa-pgd(surrogate=bptt.ASSG.{c})"),
        "apgd-ce_ens",
        "apgd-dlr_ens",
        "pgd10_ens",
        "fgsm_ens",
        "rfgsm_ens",
        "rfgsm-kl_ens",
        .. Newer.Select(estimator => $"pgd10(surrogate={estimator})"),
        .. Newer.Select(estimator => $"apgd-ce(surrogate={estimator})"),
        $"sa-pgd-dlr(surrogate=bptt.ASSG.{Sharpness[1]})",
        "pgd50(restarts=5)",
        "tpgd_ens",
        "mart_ens",
        "apgd-t_ens",
        AutoAttack.Name,
        "fab",
    ];
}
