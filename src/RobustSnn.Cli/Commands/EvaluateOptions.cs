using System.CommandLine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Messages;
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

    internal static readonly string[] CurveAxes = ["epsilon", "steps"];

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

    public Option<int[]?> FixedPoint { get; } = FixedPointOption.Several(
        "Also evaluate the network in integers, its weights rounded to so many bits, each to the nearest, and say what that cost. The network in integers "
        + "has every verdict; gradients are of the one in floats. Ledgers and images get the bits in their names: strict.8-bits.jsonl, found/8-bits.");

    public Option<string?> Gradients { get; } = new(QuantisedCheckpoint.Gradients)
    {
        Description = "Of a network in integers (rsnn quantise): the checkpoint that it was made from, whose gradients attacks follow.",
        HelpName = "CHECKPOINT",
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

    public Option<int?> Seeds { get; } = CommonOptions.OptionalWhole(
        "--seeds", "N", "So many evaluations, with seeds from --seed on: mean and standard deviation of each accuracy.", 2);

    public Option<string?> Ledger { get; } = new("--ledger")
    {
        Description = "Write what is found out, image by image and attack by attack, while the evaluation runs; rsnn ledger reads it.",
        HelpName = "FILE",
    };

    public Option<bool> Resume { get; } = new("--resume") { Description = "Go on with that ledger." };

    public Option<string?> Shard { get; } = ShardOption.Create("Evaluate one part of the images. The parts' ledgers merge (rsnn ledger) to that of the whole.");

    public Option<string?> SaveImages { get; } = new("--save-images")
    {
        Description = "Write the adversarial images that were found to a new folder, with sheets to look at.",
        HelpName = "DIR",
    };

    public IEnumerable<Option> All => [Attack, Protocol, Strict, Epsilon, Steps, FullRuns, Transfer, FixedPoint, Gradients, Diagnose, Curve, Seeds, Ledger, Resume, Shard, SaveImages];

    /// <summary>Refuses what can be refused before any file is read: attacks that there are not, options of which one would not be heeded beside another.</summary>
    /// <exception cref="BadInputException">There are such.</exception>
    public void Require(ParseResult parsed)
    {
        if (parsed.GetValue(Resume) && parsed.GetValue(Ledger) is null)
        {
            throw new BadInputException("--resume: expected with --ledger, the evaluation to go on with, found it alone");
        }

        RequireApart(parsed, Seeds, "which is several evaluations", Ledger, SaveImages, Curve, Shard);
        RequireApart(parsed, Curve, "which is accuracies in place of an evaluation", Ledger, SaveImages, Shard, Transfer, Diagnose, FullRuns);
        RequireApart(parsed, FixedPoint, "which is several networks", Curve, Seeds, Diagnose, Gradients);
        if (IsGiven(parsed, FixedPoint) && Diagnoses(parsed))
        {
            throw new BadInputException(
                $"{FixedPoint.Name}: expected without a protocol that diagnoses, found both; give its attacks by name, or evaluate floats and integers apart");
        }

        if (ProtocolOf(parsed) is null)
        {
            Named(parsed);
        }

        if (Diagnoses(parsed) && parsed.GetValue(Curve) is null)
        {
            RequireDiagnosable(parsed);
        }
    }

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

        CurveAxis along = axis == CurveAxes[0] ? CurveAxis.Radius : axis == CurveAxes[1] ? CurveAxis.Steps
            : throw new BadInputException($"--curve: expected {string.Join(" or ", CurveAxes)}, found '{axis}'{NearestName.Hint(axis, CurveAxes)}");
        RequireOne(parsed, Attack);
        RequireOne(parsed, Epsilon);
        if (Parse(FirstAttack(parsed), null).Members.Count == 0)
        {
            throw new BadInputException($"--curve: expected an attack, found '{FirstAttack(parsed)}'");
        }

        if (along == CurveAxis.Steps)
        {
            RequireSteps(parsed);
        }
        else if (Budgets(parsed)[0].Value.Radius == 0)
        {
            throw new BadInputException("--epsilon: expected a radius above 0, from which the curve goes on, found 0");
        }

        return along;
    }

    private static void RequireApart(ParseResult parsed, Option option, string what, params Option[] others)
    {
        if (IsGiven(parsed, option) && Array.Find(others, other => IsGiven(parsed, other)) is { } other)
        {
            throw new BadInputException($"{other.Name}: expected without {option.Name}, {what}, found both");
        }
    }

    private static void RequireOne(ParseResult parsed, Option<string[]> option)
    {
        if (parsed.GetValue(option) is { Length: > 1 } several)
        {
            throw new BadInputException($"{option.Name}: expected one with --curve, found {several.Length}: {string.Join(", ", several)}");
        }
    }

    /// <summary>The attack of a curve along steps must have some, which the curve says.</summary>
    private void RequireSteps(ParseResult parsed)
    {
        if (IsGiven(parsed, Steps))
        {
            throw new BadInputException($"--steps: expected none beside --curve {CurveAxes[1]}, which says them, found {parsed.GetValue(Steps)}");
        }

        try
        {
            AttackCatalogue.Parse(FirstAttack(parsed), Curves.Steps[0]);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"--curve: expected an attack that takes steps. {mistake.Message}", mistake);
        }
    }

    // Said before the evaluation, which may take hours, and not after it.
    private void RequireDiagnosable(ParseResult parsed)
    {
        if (IsGiven(parsed, Epsilon) && Budgets(parsed)[0].Value.Radius == 0)
        {
            throw new BadInputException("--epsilon: expected a radius above 0 to diagnose accuracy in, found 0");
        }

        if (ProtocolOf(parsed) is null && Parse(FirstAttack(parsed), parsed.GetValue(Steps)).Members.Count == 0)
        {
            throw new BadInputException($"--diagnose: expected an attack whose accuracy is to be believed, first of all, found '{FirstAttack(parsed)}'");
        }
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

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
            throw new BadInputException($"--strict: expected no other protocol beside it, found '{other}'");
        }

        foreach (Option option in new Option[] { Attack, Steps })
        {
            if (IsGiven(parsed, option))
            {
                throw new BadInputException($"{option.Name}: expected none beside the protocol {name}, which says what is run");
            }
        }

        try
        {
            return Robustness.Attacks.Protocol.Parse(name);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"--protocol: {mistake.Message}", mistake);
        }
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
            bool hasOwn = protocol.HasEpsilons && !IsGiven(parsed, Epsilon);
            return [.. protocol.For(classes, hasOwn ? null : budgets, leftOut)];
        }

        return [.. Named(parsed).SelectMany(attack => budgets.Select(budget => new AttackInBudget(attack, budget)))];
    }

    /// <summary>The attacks that are given by name.</summary>
    /// <exception cref="BadInputException">One is none.</exception>
    private EnsembleAttack[] Named(ParseResult parsed) =>
        [.. (parsed.GetValue(Attack) is { Length: > 0 } given ? given : [DefaultAttack]).Select(name => Parse(name, parsed.GetValue(Steps)))];

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
