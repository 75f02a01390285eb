using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>The attacks that an evaluation can name: clean, fgsm, rfgsm, pgd[steps], apgd-ce, apgd-dlr, and each but clean + _ens.</summary>
public static class AttackCatalogue
{
    internal const string EnsembleSuffix = "_ens";

    private const string Clean = "clean";
    private const string PgdPrefix = "pgd";

    private static readonly IReadOnlyDictionary<string, IAttack> Fixed = new IAttack[]
    {
        new Fgsm(),
        new Rfgsm(new RfgsmOptions(LogitLoss.CrossEntropy)),
        new Apgd(new ApgdOptions(LogitLoss.CrossEntropy)),
        new Apgd(new ApgdOptions(LogitLoss.DifferenceOfLogitsRatio)),
    }.ToDictionary(attack => attack.Name);

    /// <summary>The attack of that name.</summary>
    /// <exception cref="BadInputException">There is none; the message names the nearest.</exception>
    public static EnsembleAttack Parse(string name)
    {
        if (name == Clean)
        {
            return new EnsembleAttack(Clean, []);
        }

        var isEnsemble = name.EndsWith(EnsembleSuffix, StringComparison.Ordinal);
        return Find(isEnsemble ? name[..^EnsembleSuffix.Length] : name) switch
        {
            null => throw Unknown(name),
            { } attack when isEnsemble => EnsembleAttack.OverEstimators(attack),
            { } attack => EnsembleAttack.Single(attack),
        };
    }

    private static IAttack? Find(string name)
    {
        if (Fixed.TryGetValue(name, out var attack))
        {
            return attack;
        }

        // Without leading zeros or signs, so that an attack has one name.
        return name.StartsWith(PgdPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(PgdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
            && steps > 0
            && name == PgdPrefix + steps.ToString(CultureInfo.InvariantCulture)
            ? new Pgd(new PgdOptions(steps))
            : null;
    }

    private static BadInputException Unknown(string name)
    {
        string[] bases = [.. Fixed.Keys, "pgd7", "pgd10", "pgd20", "pgd40"];
        string[] known = [Clean, .. bases, .. bases.Select(each => each + EnsembleSuffix)];
        return new BadInputException(
            $"There is no attack '{name}'. The nearest are {string.Join(", ", Spelling.nearest(known, name))}. " +
            $"Expected {Clean}, {string.Join(", ", Fixed.Keys)}, pgd<steps>, or one of these but {Clean} with {EnsembleSuffix} behind it.");
    }
}
