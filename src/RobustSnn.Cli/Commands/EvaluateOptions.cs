using System.CommandLine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Diagnosis;

namespace RobustSnn.Cli.Commands;

/// <summary>What <c>rsnn evaluate</c> attacks with: its options, and what they ask for together.</summary>
internal sealed class EvaluateOptions
{
    private const string DefaultAttack = "pgd";
    private const string DefaultEpsilon = "8/255";

    private static readonly string[] CurveAxes = ["epsilon", "steps"];

    public Option<string[]> Attack { get; } = new("--attack")
    {
        Description = $"One or several of clean, {AttackCatalogue.Known}, or pgd<n>; those that use gradients also with _ens, over the 19 gradient "
            + "estimators, or with surrogate=NAME in its brackets, by one of them or by a newer one: 'pgd10(surrogate=bptt.ASSG.0.425)'. "
            + $"With @NAME behind it, along the gradients of a network of --transfer. [default: {DefaultAttack}]",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<string?> Protocol { get; } = new("--protocol")
    {
        Description = $"In place of attacks, those of a paper or of a benchmark: {string.Join(", ", Robustness.Attacks.Protocol.All.Select(each => each.Name))}.",
        HelpName = "NAME",
    };

    public Option<bool> Strict { get; } = new("--strict") { Description = "The same as --protocol strict: every attack there is, the worst of all for each image." };

    public Option<string[]> Epsilon { get; } = new("--epsilon")
    {
        Description = "Radii of the attacks, each of which is run in each: 8/255 or 0.03 in pixel units (L∞), or l2:0.5. "
            + $"[default: {DefaultEpsilon}, or a protocol's own]",
        HelpName = DefaultEpsilon,
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<int?> Steps { get; } = CommonOptions.OptionalWhole("--steps", "N", "Steps of all attacks, which must have some. [default: 10]", 1);

    public Option<bool> FullRuns { get; } = new("--full-runs")
    {
        Description = "Every attack takes all its steps, and what it ends in counts, as in the papers; otherwise an image is broken as soon as the "
            + "network gets anything wrong that an attack makes of it.",
    };

    public Option<string[]> Transfer { get; } = new("--transfer")
    {
        Description = "Checkpoints of other networks, named as their files are without the ending: attacks with @NAME behind follow their gradients.",
        HelpName = "CHECKPOINT",
        AllowMultipleArgumentsPerToken = true,
    };

    public Option<bool> Diagnose { get; } = new("--diagnose")
    {
        Description = "Say whether to believe the accuracy in the first radius, by checks of what was found and attacks of its own. --strict does.",
    };

    public Option<string?> Curve { get; } = new("--curve")
    {
        Description = $"Accuracy under the first attack against {string.Join(" or ", CurveAxes)}, in place of a table: each image takes all steps.",
        HelpName = string.Join("|", CurveAxes),
    };

    public IEnumerable<Option> All => [Attack, Protocol, Strict, Epsilon, Steps, FullRuns, Transfer, Diagnose, Curve];

    /// <summary>Whether the diagnosis is asked for.</summary>
    public bool Diagnoses(ParseResult parsed) => parsed.GetValue(Diagnose) || ProtocolOf(parsed)?.IsPointwiseWorst == true;

    /// <summary>Whether a curve is asked for, and along what.</summary>
    /// <exception cref="BadInputException">Along nothing that there is, or beside a protocol.</exception>
    public CurveAxis? CurveOf(ParseResult parsed)
    {
        if (parsed.GetValue(Curve) is not { } axis)
        {
            return null;
        }

        if (ProtocolOf(parsed) is { } protocol)
        {
            throw new BadInputException($"--curve: expected with an attack, found the protocol {protocol.Name}");
        }

        return axis == CurveAxes[0] ? CurveAxis.Radius : axis == CurveAxes[1] ? CurveAxis.Steps
            : throw new BadInputException($"--curve: expected {string.Join(" or ", CurveAxes)}, found '{axis}'");
    }

    /// <summary>The first attack, by name.</summary>
    public string FirstAttack(ParseResult parsed) => parsed.GetValue(Attack) is { Length: > 0 } given ? given[0] : DefaultAttack;

    /// <summary>Radii as they were given; a protocol's own where none were.</summary>
    /// <exception cref="BadInputException">One is none.</exception>
    public AttackBudget[] Budgets(ParseResult parsed) =>
    [
        .. (parsed.GetValue(Epsilon) is { Length: > 0 } given ? given : [DefaultEpsilon]).Select(text => AttackBudget.TryParse(text, out AttackBudget budget)
            ? budget
            : throw new BadInputException($"--epsilon: expected a radius from 0 to 1 such as 8/255 or 0.03, or in L2 such as l2:0.5, found '{text}'")),
    ];

    /// <summary>The protocol that is asked for, if one is.</summary>
    /// <exception cref="BadInputException">There is none of that name, or something beside it says otherwise.</exception>
    public Protocol? ProtocolOf(ParseResult parsed)
    {
        string? name = parsed.GetValue(Strict) ? "strict" : parsed.GetValue(Protocol);
        if (name is null)
        {
            return null;
        }

        if (parsed.GetValue(Strict) && parsed.GetValue(Protocol) is { } other && other != name)
        {
            throw new BadInputException($"--strict: expected no other protocol beside it, found {other}");
        }

        foreach (Option option in new Option[] { Attack, Steps })
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new BadInputException($"{option.Name}: expected none beside the protocol {name}, which says what is run");
            }
        }

        return Robustness.Attacks.Protocol.Parse(name);
    }

    /// <summary>The attacks that are asked for, in order.</summary>
    /// <param name="classes">Of the network.</param>
    /// <param name="leftOut">Gets a sentence for each attack of a protocol that cannot be run.</param>
    /// <exception cref="BadInputException">One is none.</exception>
    public AttackInBudget[] Asked(ParseResult parsed, int classes, ICollection<string> leftOut)
    {
        Budget[] budgets = [.. Budgets(parsed).Select(each => each.Value)];
        if (ProtocolOf(parsed) is { } protocol)
        {
            bool hasOwn = protocol.HasEpsilons && parsed.GetResult(Epsilon) is not { Implicit: false };
            return [.. protocol.For(classes, hasOwn ? null : budgets, leftOut)];
        }

        string[] names = parsed.GetValue(Attack) is { Length: > 0 } given ? given : [DefaultAttack];
        return [.. names.Select(name => Parse(name, parsed.GetValue(Steps))).SelectMany(attack => budgets.Select(budget => new AttackInBudget(attack, budget)))];
    }

    /// <summary>Whether an image is broken by anything that an attack makes of it.</summary>
    public bool StopsEarly(ParseResult parsed) => !parsed.GetValue(FullRuns) && ProtocolOf(parsed)?.StopsEarly != false;

    private static EnsembleAttack Parse(string name, int? steps)
    {
        try
        {
            return AttackCatalogue.Parse(name, steps);
        }
        catch (BadInputException mistake) when (steps is not null)
        {
            throw new BadInputException($"--steps: {mistake.Message}");
        }
    }
}
