using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// The attacks that have names, and the one place where these are read, in commands, experiment files and results:
/// <c>fgsm</c>, <c>pgd10</c>, <c>pgd10(restarts=5)</c>, <c>apgd-ce(steps=100)_ens</c>, <c>pgd10(surrogate=bptt.ASSG.0.425)</c>,
/// <c>pgd10(eot=5)</c>.
/// A new attack is a line in <see cref="Families"/>.
/// </summary>
public static class AttackCatalogue
{
    internal const string EnsembleSuffix = "_ens";

    /// <summary>The name of no attack: accuracy on the images as they are.</summary>
    public const string Clean = "clean";

    /// <summary>The option of every attack that follows gradients: the estimator of its gradients, by its name.</summary>
    internal const string Surrogate = "surrogate";

    /// <summary>Stands before the name of the network that an attack is transferred from: <c>pgd10@ann</c>.</summary>
    internal const string Transfer = "@";

    /// <summary>Another: how many passes each of its gradients is the mean of.</summary>
    internal const string Passes = "eot";

    private const int DefaultSteps = 10;

    private static readonly AttackFamily[] Families =
    [
        new("fgsm", [], _ => new Fgsm()),
        new("rfgsm", ["alpha"], options => new Rfgsm(new RfgsmOptions(LogitLoss.CrossEntropy, Alpha(options)))),
        new("rfgsm-kl", ["alpha"], options => new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler, Alpha(options)))),
        new("pgd", ["steps", "restarts"], options => new Pgd(new PgdOptions(Steps(options), Restarts: options.Whole("restarts", 1)))),
        new("tpgd", ["steps"], options => Pgd.Trades(Steps(options))),
        new("mart", ["steps"], options => Pgd.Mart(Steps(options))),
        new("apgd-ce", ["steps"], options => new Apgd(new ApgdOptions(LogitLoss.CrossEntropy, Steps(options)))),
        new("apgd-dlr", ["steps"], options => new Apgd(new ApgdOptions(LogitLoss.DifferenceOfLogitsRatio, Steps(options)))),
        new("apgd-t", ["steps", "targets"], options => new ApgdTargeted(new ApgdTargetedOptions(Steps(options), options.Whole("targets", 9)))),
        new("sa-pgd", ["steps"], options => new SaPgd(new SaPgdOptions(LogitLoss.CrossEntropy, options.Whole("steps", SaPgd.UsualSteps)))),
        new("sa-pgd-dlr", ["steps"], options => new SaPgd(new SaPgdOptions(LogitLoss.DifferenceOfLogitsRatio, options.Whole("steps", SaPgd.UsualSteps)))),
        new("fab", ["steps", "restarts"], options => new Fab(new FabOptions(FabSteps(options), options.Whole("restarts", 1)))),
        new("fab-t", ["steps", "targets"], options => new FabTargeted(
            new FabTargetedOptions(FabSteps(options), options.Whole("targets", FabTargetedOptions.UsualTargets)))),
        new("square", ["queries"], options => new Square(new SquareOptions(options.Whole("queries", Square.UsualQueries)))),
    ];

    /// <summary>What is known, for people: names, with their options.</summary>
    public static string Known => string.Join(", ", Families.Select(family => family.Usage).Append(AutoAttack.Name));

    /// <summary>The names without options, of attacks that are one.</summary>
    public static IEnumerable<string> Names => Families.Select(family => family.Name);

    /// <summary>The attack of that name.</summary>
    /// <param name="steps">Steps in place of those of the name; null for the name's, or 10.</param>
    /// <exception cref="BadInputException">There is none, or it has no such option; the message names the nearest.</exception>
    public static EnsembleAttack Parse(string name, int? steps = null)
    {
        if (name == Clean && steps is null)
        {
            return new EnsembleAttack(Clean, []);
        }

        if (name.LastIndexOf(Transfer, StringComparison.Ordinal) is > 0 and var at)
        {
            var own = Parse(name[..at], steps);
            return own.Members.Count > 0 && own.Members.All(member => member.Origin is null)
                ? own.From(name[(at + Transfer.Length)..])
                : throw new BadInputException($"The attack '{name}': expected an attack and one network that it is transferred from, such as pgd10@ann.");
        }

        if (name == AutoAttack.Name || name.StartsWith(AutoAttack.Name + "(", StringComparison.Ordinal))
        {
            return AutoAttack.Parse(name, steps);
        }

        var isEnsemble = name.EndsWith(EnsembleSuffix, StringComparison.Ordinal);
        var (family, options) = Read(name, isEnsemble ? name[..^EnsembleSuffix.Length] : name, steps);
        var attack = family.Create(options);
        if (options.Whole(Passes, 1) is > 1 and var passes)
        {
            attack = new OverPasses(attack, passes);
        }

        if (isEnsemble && !family.FollowsGradients)
        {
            throw new BadInputException(
                $"The attack '{name}' runs an attack with each gradient estimator, but {family.Name} uses no gradient; expected {attack.Name}.");
        }

        var estimator = options.Estimator();
        if (isEnsemble && estimator is not null)
        {
            throw new BadInputException($"The attack '{name}' runs with every gradient estimator of the ensemble. "
                + $"Leave {EnsembleSuffix} out to run it with {estimator} alone.");
        }

        return isEnsemble ? EnsembleAttack.OverEstimators(attack) : EnsembleAttack.Single(attack, estimator ?? GradientEstimator.Default);
    }

    /// <summary>The name of an attack with that estimator: its own with the default.</summary>
    internal static string NameOf(IAttack attack, GradientEstimator estimator) =>
        estimator == GradientEstimator.Default ? attack.Name : WithOption(attack.Name, Surrogate, estimator.Name);

    /// <summary>The name with an option behind those that it has.</summary>
    internal static string WithOption(string name, string option, string value) =>
        name.EndsWith(')') ? $"{name[..^1]},{option}={value})" : $"{name}({option}={value})";

    private static (AttackFamily Family, AttackOptions Options) Read(string whole, string text, int? steps)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var head = open < 0 ? text : text[..open];
        var named = head.TrimEnd([.. "0123456789"]);
        var family = Array.Find(Families, each => each.Name == head)
            ?? Array.Find(Families, each => each.Name == named && each.Options.Contains("steps"))
            ?? throw Unknown(whole);
        var options = new AttackOptions(whole, family);
        if (head.Length > family.Name.Length)
        {
            options.Set("steps", head[family.Name.Length..]);
        }

        if (open >= 0)
        {
            if (!text.EndsWith(')'))
            {
                throw new BadInputException($"The attack '{whole}' opens a bracket that nothing closes; expected for example {family.Example}. "
                    + "In a list in square brackets, an attack with several options stands in quotes.");
            }

            foreach (var option in text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries))
            {
                var parts = option.Split('=', 2, StringSplitOptions.TrimEntries);
                options.Set(parts[0], parts.Length == 2 ? parts[1] : "");
            }
        }

        if (steps is { } number)
        {
            options.Replace("steps", number.ToString(CultureInfo.InvariantCulture));
        }

        return (family, options);
    }

    private static int Steps(AttackOptions options) => options.Whole("steps", DefaultSteps);

    private static int FabSteps(AttackOptions options) => options.Whole("steps", FabOptions.UsualSteps);

    private static float Alpha(AttackOptions options) => options.Share("alpha", 0.5f);

    private static BadInputException Unknown(string name)
    {
        string[] known = [Clean, .. Families.Select(each => each.Name), .. Families.Where(each => each.FollowsGradients).Select(each => each.Name + EnsembleSuffix), "pgd7", "pgd10", "pgd20_ens"];
        return new BadInputException(
            $"There is no attack '{name}'. The nearest are {string.Join(", ", Spelling.nearest(known, name))}. " +
            $"Expected {Clean}, {Known}, or one that uses gradients with {EnsembleSuffix} behind it or {Surrogate}=… among its options.");
    }
}

/// <summary>Attacks of one name that differ in their options.</summary>
/// <param name="OwnOptions">Names of its own options.</param>
internal sealed record AttackFamily(string Name, IReadOnlyList<string> OwnOptions, Func<AttackOptions, IAttack> Create)
{
    /// <summary>Whether it may be told by which estimator.</summary>
    public bool FollowsGradients => Create(new AttackOptions(Name, this)).FollowsGradients;

    /// <summary>Names of all its options.</summary>
    public IReadOnlyList<string> Options => FollowsGradients ? [.. OwnOptions, AttackCatalogue.Passes, AttackCatalogue.Surrogate] : OwnOptions;

    /// <summary>For people, with all its options.</summary>
    public string Example => Options.Count == 0 ? Name : $"{Name}({string.Join(", ", Options.Select(option => option + "=…"))})";

    /// <summary>For people, with its own options, e.g. <c>pgd(steps=…, restarts=…)</c>.</summary>
    public string Usage => OwnOptions.Count == 0 ? Name : $"{Name}({string.Join(", ", OwnOptions.Select(option => option + "=…"))})";
}

/// <summary>The options of an attack as a user wrote them.</summary>
internal sealed class AttackOptions(string whole, AttackFamily family)
{
    private readonly Dictionary<string, string> values = [];

    /// <exception cref="BadInputException">The attack has no such option, or has it twice.</exception>
    public void Set(string name, string value)
    {
        Check(name);
        if (!values.TryAdd(name, value))
        {
            throw new BadInputException($"The attack '{whole}' gives {name} twice; expected it once.");
        }
    }

    /// <exception cref="BadInputException">The attack has no such option.</exception>
    public void Replace(string name, string value)
    {
        Check(name);
        values[name] = value;
    }

    /// <summary>A whole number of at least 1.</summary>
    public int Whole(string name, int otherwise) => !values.TryGetValue(name, out var text) ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1
            && text == value.ToString(CultureInfo.InvariantCulture) // so that an attack has one name
            ? value
        : throw new BadInputException($"The attack '{whole}': {name} expected a whole number of at least 1, found '{text}'.");

    /// <summary>A number from 0 to 1.</summary>
    public float Share(string name, float otherwise) => !values.TryGetValue(name, out var text) ? otherwise
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1 ? value
        : throw new BadInputException($"The attack '{whole}': {name} expected a number from 0 to 1, found '{text}'.");

    /// <summary>The gradient estimator, if one is named.</summary>
    /// <exception cref="BadInputException">There is none of that name.</exception>
    public GradientEstimator? Estimator() => values.TryGetValue(AttackCatalogue.Surrogate, out var name) ? GradientEstimators.Parse(name) : null;

    private void Check(string name)
    {
        if (name is AttackCatalogue.Surrogate or AttackCatalogue.Passes && !family.FollowsGradients)
        {
            throw new BadInputException($"The attack '{whole}': {family.Name} uses no gradient, so that no {name} can be given.");
        }

        if (!family.Options.Contains(name))
        {
            throw new BadInputException(family.Options.Count == 0
                ? $"The attack '{whole}': {family.Name} has no options, found '{name}'."
                : $"The attack '{whole}': {family.Name} has no option '{name}'. It has {string.Join(", ", family.Options)}; the nearest is {Spelling.nearest(family.Options, name).Head}.");
        }
    }
}
