using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn ledger</c>: what evaluations found, sample by sample, and accuracies asked of that.</summary>
internal static class LedgerCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Ledgers of evaluations, finished or running; several are merged: shards, other samples or other attacks of one network.",
            Arity = ArgumentArity.OneOrMore,
        };
        var attacks = new Option<string[]>("--attacks")
        {
            Description = "Attacks, in every ball in which the ledger has all their members; also parts of ensembles that it has. "
                + "All of its own where left out.",
            HelpName = "pgd_ens,square",
            AllowMultipleArgumentsPerToken = true,
        };
        var epsilon = new Option<string?>("--epsilon")
        {
            Description = "Also accuracy in this ball by everything known, distances included: 8/255 or 0.03 in pixel units (L∞), or l2:0.5.",
            HelpName = "8/255",
        };
        var target = new Option<string?>("--out") { Description = "Writes the merged ledger.", HelpName = "MERGED" };
        var json = CommonOptions.Json();
        var command = new Command(
            "ledger",
            "Reads and merges ledgers of evaluations: accuracy under any attacks of theirs, what is missing, smallest perturbations. "
            + "Exit code 1 where a figure is not complete.\n"
            + "Example: rsnn ledger shards/*.jsonl --attacks pgd_ens,square --epsilon 4/255 --out whole.jsonl")
        {
            files, attacks, epsilon, target, json,
        };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetRequiredValue(files);
            AttackBudget? ball = Ball(parsed.GetValue(epsilon));
            LedgerFile ledger = LedgerMerge.Read(paths);
            LedgerDocument document = LedgerDocument.Of(ledger, Asked(ledger.Header, parsed.GetValue(attacks)), Known(ledger.Header, ball));
            if (parsed.GetValue(target) is { } path)
            {
                foreach (string source in paths)
                {
                    InputPath.RequireApart(source, path);
                }

                ledger.Write(path);
            }

            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine(Format.Json(document));
            }
            else
            {
                LedgerReport.Write(terminal, document);
            }

            return document.IsComplete ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>The ball of --epsilon, in which the ledger must have members.</summary>
    private static AttackBudget? Known(LedgerHeader header, AttackBudget? ball) =>
        ball is null || header.Members.Any(member => member.Budget.Norm == ball.Value.Value.Norm)
            ? ball
            : throw new BadInputException($"--epsilon: expected a radius in a norm that the ledger has attacks in, found '{ball}'; it has {Listed(header)}");

    private static AttackBudget? Ball(string? text) => text is null ? null
        : AttackBudget.TryParse(text, out AttackBudget budget) ? budget
        : throw new BadInputException($"--epsilon: expected a radius from 0 to 1 such as 8/255 or 0.03, or in L2 such as l2:0.5, found '{text}'");

    /// <summary>The attacks asked for, each in every ball in which the ledger has it; all where none is asked for.</summary>
    private static IReadOnlyList<LedgerAttack> Asked(LedgerHeader header, string[]? names) => names is null or []
        ? [.. header.Attacks.Where(attack => attack.Members.Count > 0)]
        : [.. names.SelectMany(Names).SelectMany(name => Find(header, name)).Distinct()];

    /// <summary>Names between commas, but for those in brackets.</summary>
    private static IEnumerable<string> Names(string list)
    {
        var (start, depth) = (0, 0);
        for (int i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }

        yield return list[start..];
    }

    /// <summary>The ledger's attacks of that name, as it is written or as the catalogue has it; else one whose members are all among the ledger's.</summary>
    /// <exception cref="BadInputException">There are none.</exception>
    private static IEnumerable<LedgerAttack> Find(LedgerHeader header, string name)
    {
        EnsembleAttack asked = Parse(header, name);
        if (asked.Members.Count == 0)
        {
            return []; // accuracy on clean images is always shown
        }

        LedgerAttack[] named = [.. header.Attacks.Where(attack => attack.Members.Count > 0 && (attack.Name == name || attack.Name == asked.Name))];
        LedgerAttack[] found = named.Length > 0 ? named : [.. OfMembers(header, asked)];
        return found.Length > 0
            ? found
            : throw new BadInputException($"--attacks: expected attacks that the ledger has, found '{name}'"
                + $"{NearestName.Hint(name, header.Attacks.Select(attack => attack.Name))}; it has {Listed(header)}");
    }

    private static EnsembleAttack Parse(LedgerHeader header, string name)
    {
        try
        {
            return AttackCatalogue.Parse(name);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"--attacks: {mistake.Message} The ledger has {Listed(header)}", mistake);
        }
    }

    private static IEnumerable<LedgerAttack> OfMembers(LedgerHeader header, EnsembleAttack asked)
    {
        var known = header.Members.ToHashSet();
        return header.Members.Select(member => member.Budget).Distinct()
            .Select(budget => new LedgerAttack(asked.Name, [.. asked.For(header.Timesteps).Members.Select(member => member.In(budget))]))
            .Where(attack => attack.Members.All(known.Contains));
    }

    private static string Listed(LedgerHeader header)
    {
        string[] attacks = [.. header.Attacks.Where(attack => attack.Members.Count > 0)
            .Select(attack => $"{attack.Name} ({LedgerDocument.Text(attack.Members[0].Budget)})")];
        return attacks.Length > 0 ? string.Join(", ", attacks) : "none";
    }
}
