using RobustSnn.Cli.Output;
using RobustSnn.Contract;

namespace RobustSnn.GpuReport;

/// <summary>What became of a case.</summary>
/// <param name="Result">What the case's run returned; null where it threw, or ended its process.</param>
/// <param name="Fault">What it threw, or how it ended its process; null where neither.</param>
internal sealed record CaseResult(string Operation, string Case, string? Result, string? Fault);

/// <summary>
/// Cases run in a process that tells another line by line what it begins and what came of it. A case that takes the card's context with it costs
/// the process, and the other one begins a new process behind that case.
/// </summary>
internal static class CaseLines
{
    private const int CasesOfPart = 256;
    private const char Separator = '\t';
    private const string Begun = "begin";
    private const string Done = "done";
    private const string Failed = "failed";

    /// <summary>Runs cases and writes lines.</summary>
    /// <param name="from">The first that is run.</param>
    /// <param name="prepare">Given some cases before the first of them runs.</param>
    /// <param name="run">Runs one, and says what came of it in one line.</param>
    /// <param name="isAlive">Asked after a fault; that it throws means no.</param>
    public static void Write(
        IReadOnlyList<ContractCase> cases, int from, Action<IEnumerable<ContractCase>> prepare, Func<ContractCase, string> run, Func<bool> isAlive)
    {
        Console.WriteLine(cases.Count);
        for (var i = from; i < cases.Count; i++)
        {
            if ((i - from) % CasesOfPart == 0)
            {
                prepare(cases.Skip(i).Take(CasesOfPart));
            }

            Line(Begun, cases[i].Operation, cases[i].Description);
            try
            {
                Line(Done, run(cases[i]));
            }
            catch (Exception fault)
            {
                Line(Failed, $"{fault.GetType().Name}: {fault.Message}");
                if (!Answers(isAlive))
                {
                    Console.Out.Flush();
                    Environment.Exit(ExitCode.Failed); // without giving back what a dead context does not take
                }
            }
        }
    }

    /// <summary>Has processes run all cases of a command.</summary>
    /// <param name="command">Of this program.</param>
    /// <exception cref="PartFailedException">The command does not even begin.</exception>
    public static IReadOnlyList<CaseResult> Read(IReadOnlyList<string> command)
    {
        var results = new List<CaseResult>();
        int? count = null;
        while (count is null || results.Count < count)
        {
            var (before, running) = (results.Count, default((string Operation, string Case)?));
            var outcome = Child.Self([.. command, "--from", $"{results.Count}"], line =>
            {
                switch (line.Split(Separator))
                {
                    case [var number]:
                        count = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
                        break;
                    case [Begun, var operation, var @case]:
                        running = (operation, @case);
                        break;
                    case [Done, var result]:
                        results.Add(new CaseResult(running!.Value.Operation, running.Value.Case, result, null));
                        running = null;
                        break;
                    case [Failed, var fault]:
                        results.Add(new CaseResult(running!.Value.Operation, running.Value.Case, null, fault));
                        running = null;
                        break;
                }
            });
            if (running is { } lost)
            {
                results.Add(new CaseResult(lost.Operation, lost.Case, null, $"ended its process: {outcome.End}"));
            }
            else if (results.Count == before)
            {
                if (before == 0)
                {
                    throw new PartFailedException($"{string.Join(' ', command)}: {outcome.End}");
                }

                // What there is so far counts, and so does that it is not all.
                return [.. results, new CaseResult("others", $"{count - before} cases that no process could begin", null, outcome.End)];
            }
        }

        return results;
    }

    private static void Line(params string[] cells)
    {
        Console.WriteLine(string.Join(Separator, cells.Select(cell => cell.ReplaceLineEndings(" ").Replace(Separator, ' '))));
        Console.Out.Flush();
    }

    private static bool Answers(Func<bool> isAlive)
    {
        try
        {
            return isAlive();
        }
        catch (Exception)
        {
            return false;
        }
    }
}
