using System.Diagnostics;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Diagnosis;
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
                return work(new Reporter<EvaluationProgress>(progress => bars.Advance(progress.Share, Of(progress, start))));
            });
        }

        long written = start;
        return work(new Reporter<EvaluationProgress>(progress =>
        {
            if (Stopwatch.GetElapsedTime(written) >= Pause)
            {
                terminal.Error.WriteLine(Of(progress, start));
                written = Stopwatch.GetTimestamp();
            }
        }));
    }

    /// <summary>Writes accuracies, members and activity.</summary>
    /// <param name="budgets">Radii as they were written.</param>
    /// <param name="testImages">Of the whole test set.</param>
    /// <param name="spread">Over several seeds, of which the result has the first; null for one alone.</param>
    public static void Write(Terminal terminal, EvaluationResult result, IReadOnlyList<AttackBudget> budgets, int testImages, SeedSpread? spread)
    {
        string[] epsilons = [.. result.Attacks.Select(attack => Text(attack.Budget, budgets)).Distinct()];
        string images = result.Samples < testImages
            ? $"{Format.Count(result.Samples)} of {Format.Count(testImages)} test images, which is not the whole test set"
            : $"the whole test set of {Format.Count(testImages)} images";
        terminal.Output.WriteLine($"{images}, T = {result.Options.Timesteps}, ε = {string.Join(", ", epsilons)}, 95 % intervals in brackets");
        terminal.Output.WriteLine(result.Options.StopsEarly
            ? "an image is broken as soon as the network gets anything wrong that an attack makes of it"
            : "what an attack ends in counts, as in the papers");
        string[] over = spread is null ? [] : [$"mean of seeds {spread.Seeds[0]} to {spread.Seeds[^1]}", "standard deviation"];
        terminal.WriteTable(
            ["attack", "accuracy", .. over],
            [
                ["clean", Format.Percent(result.CleanAccuracy, result.CleanAccuracy95), .. Text(spread?.Clean)],
                .. result.Attacks.Index().Where(each => each.Item.Members.Count > 0).Select(each => (IReadOnlyList<string>)
                [
                    Name(each.Item, epsilons.Length, budgets), each.Item.IsVoid ? "void" : Format.Percent(each.Item.Accuracy, each.Item.Accuracy95),
                    .. Text(spread?.Attacks[each.Index]),
                ]),
            ]);
        foreach (AttackResult attack in result.Attacks.Where(attack => attack.Members.Count > 1))
        {
            terminal.Output.WriteLine();
            bool isOneAttack = attack.Members.All(member => member.Attack == attack.Members[0].Attack);
            terminal.Output.WriteLine($"{Name(attack, epsilons.Length, budgets)}, each member on the images that those before it left correct");
            terminal.WriteTable(
                [isOneAttack ? "estimator" : "member", "attacked", "left correct", "accuracy so far"],
                [
                    .. attack.Members.Select(member => (IReadOnlyList<string>)
                    [
                        isOneAttack ? member.Estimator : $"{member.Attack} {member.Estimator}", Format.Count(member.Outcome.Attacked), Format.Count(member.Outcome.Correct),
                        Format.Percent((double)member.Outcome.Correct / result.Samples),
                    ]),
                ]);
        }

        if (result.Layers.Count > 0)
        {
            terminal.Output.WriteLine($"{Format.Count(result.SpikesPerImage)} spikes an image");
        }

        foreach (string warning in spread?.Warnings ?? result.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }
    }

    /// <summary>Writes whether to believe it, where that was looked at.</summary>
    public static void Write(Terminal terminal, DiagnosisReport? diagnosis)
    {
        foreach (string line in diagnosis?.ToText() ?? [])
        {
            terminal.Output.WriteLine(line);
        }
    }

    /// <summary>Works through a diagnosis while showing what it is at.</summary>
    public static TResult WatchDiagnosis<TResult>(Terminal terminal, Func<IProgress<DiagnosisProgress>, TResult> work)
    {
        if (terminal.IsScreen)
        {
            return ProgressBars.On(terminal.Screen, bars =>
            {
                bars.Begin("diagnosis");
                return work(new Reporter<DiagnosisProgress>(progress => bars.Advance((double)progress.Done / progress.Parts, progress.Part)));
            });
        }

        long written = Stopwatch.GetTimestamp();
        return work(new Reporter<DiagnosisProgress>(progress =>
        {
            if (Stopwatch.GetElapsedTime(written) >= Pause)
            {
                terminal.Error.WriteLine($"diagnosis: {progress.Part}");
                written = Stopwatch.GetTimestamp();
            }
        }));
    }

    /// <summary>An attack of a result, and its radius where the result has several.</summary>
    public static string Name(EvaluationResult result, int attack, IReadOnlyList<AttackBudget> budgets) =>
        Name(result.Attacks[attack], result.Attacks.Select(each => Text(each.Budget, budgets)).Distinct().Count(), budgets);

    private static string[] Text(Spread? spread) => spread is null ? [] : [Format.Percent(spread.Mean), Format.Percent(spread.Deviation)];

    /// <summary>An attack's name, and its radius where there are several.</summary>
    private static string Name(AttackResult attack, int epsilons, IReadOnlyList<AttackBudget> budgets) =>
        epsilons == 1 ? attack.Attack : $"{attack.Attack} {Text(attack.Budget, budgets)}";

    /// <summary>A radius as it was written, or as protocols have theirs, in 255ths.</summary>
    private static string Text(Budget ball, IReadOnlyList<AttackBudget> budgets) =>
        budgets.Any(budget => budget.Value == ball) ? budgets.First(budget => budget.Value == ball).ToString()
        : ball.Norm == Norm.Euclidean ? $"l2:{Format.Number(ball.Radius, "0.####")}"
        : $"{Format.Number(255 * (double)ball.Radius, "0.###")}/255";

    private static string Of(EvaluationProgress progress, long start)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        TimeSpan left = progress.Share > 0 ? elapsed * ((1 - progress.Share) / progress.Share) : TimeSpan.Zero;
        return $"{progress.Attack}: {progress.SamplesDone} of {progress.Samples} images, {progress.Correct} right so far, "
            + $"{Format.Duration(left)} left";
    }

    /// <summary>Reports on the calling thread, in order.</summary>
    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
