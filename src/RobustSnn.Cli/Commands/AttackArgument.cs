using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary>An attack as --attack and --steps name it: the catalogue's names, with the number of steps apart where one likes.</summary>
internal static class AttackArgument
{
    private const string Ensemble = "_ens";
    private const int DefaultSteps = 10;

    /// <param name="name">As in the catalogue; <c>pgd</c> and <c>pgd_ens</c> take their steps from <paramref name="steps"/>.</param>
    /// <param name="steps">Steps of PGD or APGD in place of the name's; null for those of the name, or 10.</param>
    /// <exception cref="BadInputException">There is no such attack, or it has no steps.</exception>
    public static EnsembleAttack Parse(string name, int? steps)
    {
        bool isEnsemble = name.EndsWith(Ensemble, StringComparison.Ordinal);
        string attack = isEnsemble ? name[..^Ensemble.Length] : name;
        if (attack.StartsWith("pgd", StringComparison.Ordinal) && attack[3..].All(char.IsAsciiDigit))
        {
            string count = steps?.ToString(CultureInfo.InvariantCulture) ?? attack[3..];
            return AttackCatalogue.Parse($"pgd{(count.Length > 0 ? count : DefaultSteps)}{(isEnsemble ? Ensemble : "")}");
        }

        EnsembleAttack found = AttackCatalogue.Parse(name);
        if (steps is not { } number)
        {
            return found;
        }

        var apgd = new Apgd(new ApgdOptions(attack switch
        {
            "apgd-ce" => LogitLoss.CrossEntropy,
            "apgd-dlr" => LogitLoss.DifferenceOfLogitsRatio,
            _ => throw new BadInputException($"--steps: {name} has no number of steps; expected pgd, apgd-ce or apgd-dlr, or leave it out"),
        }, number));
        return isEnsemble ? EnsembleAttack.OverEstimators(apgd) : EnsembleAttack.Single(apgd);
    }
}
