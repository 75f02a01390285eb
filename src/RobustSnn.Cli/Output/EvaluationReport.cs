using System.Diagnostics;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Output;

/// <summary>What a person sees of an evaluation.</summary>
internal static class EvaluationReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Works through images while showing progress: a moving bar on a screen, else a line to the side every half minute.</summary>
    public static TResult Watch<TResult>(Terminal terminal, string name, Func<IProgress<EvaluationProgress>, TResult> work)
    {
        long start = Stopwatch.GetTimestamp();
        if (terminal.IsScreen)
        {
            return ProgressBars.On(terminal.Screen, bars =>
            {
                bars.Begin(name);
                return work(new Reporter(progress => bars.Advance((double)progress.SamplesDone / progress.Samples, Of(progress, start))));
            });
        }

        long written = start;
        return work(new Reporter(progress =>
        {
            if (Stopwatch.GetElapsedTime(written) >= Pause)
            {
                terminal.Error.WriteLine(Of(progress, start));
                written = Stopwatch.GetTimestamp();
            }
        }));
    }

    /// <summary>Writes accuracies, members and activity.</summary>
    public static void Write(Terminal terminal, EvaluationResult result, IReadOnlyList<AttackBudget> budgets)
    {
        terminal.Output.WriteLine($"{result.Samples} images, T = {result.Options.Timesteps}, ε = {string.Join(", ", budgets)}, 95 % intervals in brackets");
        terminal.WriteTable(
            ["attack", "accuracy"],
            [
                ["clean", Format.Percent(result.CleanAccuracy, result.CleanAccuracy95)],
                .. result.Attacks.Where(attack => attack.Members.Count > 0).Select(attack => (IReadOnlyList<string>)
                    [Name(attack, budgets), attack.IsVoid ? "void" : Format.Percent(attack.Accuracy, attack.Accuracy95)]),
            ]);
        foreach (AttackResult attack in result.Attacks.Where(attack => attack.Members.Count > 1))
        {
            terminal.Output.WriteLine();
            terminal.Output.WriteLine($"{Name(attack, budgets)}, each member on the images that those before it left correct");
            terminal.WriteTable(
                ["estimator", "attacked", "left correct", "accuracy so far"],
                [
                    .. attack.Members.Select(member => (IReadOnlyList<string>)
                    [
                        member.Estimator, Format.Count(member.Outcome.Attacked), Format.Count(member.Outcome.Correct),
                        Format.Percent((double)member.Outcome.Correct / result.Samples),
                    ]),
                ]);
        }

        if (result.Layers.Count > 0)
        {
            terminal.Output.WriteLine($"{Format.Count(result.SpikesPerImage)} spikes an image");
        }

        foreach (string warning in result.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }
    }

    /// <summary>An attack's name, and its radius where there are several.</summary>
    private static string Name(AttackResult attack, IReadOnlyList<AttackBudget> budgets) =>
        budgets.Count == 1 ? attack.Attack : $"{attack.Attack} {budgets.First(budget => budget.Value == attack.Budget)}";

    private static string Of(EvaluationProgress progress, long start)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        double perSecond = progress.SamplesDone / elapsed.TotalSeconds;
        TimeSpan left = elapsed * ((double)(progress.Samples - progress.SamplesDone) / progress.SamplesDone);
        return $"{progress.Attack}: {progress.SamplesDone} of {progress.Samples} images, {Format.Number(perSecond, "0.0")} images/s, "
            + $"{Format.Duration(left)} left";
    }

    /// <summary>Reports on the calling thread, in order.</summary>
    private sealed class Reporter(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
