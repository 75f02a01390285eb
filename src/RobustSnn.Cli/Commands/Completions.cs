using System.CommandLine;
using System.CommandLine.Completions;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Cli.Commands;

/// <summary>The names that a shell completes, where an option or an argument takes names: the same in every command.</summary>
internal static class Completions
{
    private static readonly Dictionary<string, Func<IEnumerable<string>>> OfOptions = new()
    {
        ["--architecture"] = () => Architectures.names,
        ["--as"] = () => ForeignArchitectures.Names,
        ["--attack"] = Attacks,
        ["--attacks"] = Attacks,
        ["--backend"] = () => Backends.Names,
        ["--curve"] = () => EvaluateOptions.CurveAxes,
        ["--phase"] = () => BenchPhases.Names,
        ["--precision"] = () => Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant()),
        ["--protocol"] = () => Protocol.All.Select(each => each.Name),
        ["--set"] = () => SettingsTable.Keys.Select(key => key.Path + "="),
        ["--size"] = () => ExperimentTemplate.Sizes,
        ["--start-at"] = () => Enum.GetValues<Stage>().Select(StageNames.Name),
    };

    private static readonly Dictionary<string, Func<IEnumerable<string>>> OfArguments = new()
    {
        ["run"] = () => Presets.Names,
        ["sweep"] = () => SweepPresets.Names,
        ["presets"] = () => [.. Presets.Names, .. SweepPresets.Names],
        ["data fetch"] = () => DataSource.Names.Where(name => name != DataSource.Shapes10),
        ["data inspect"] = () => DataSource.Names,
        ["completion"] = () => CompletionCommand.Shells,
    };

    /// <summary>Makes them known to a command and all below it.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in command.Options)
        {
            // Whole numbers, say, have the same name elsewhere: rows and columns of rsnn import.
            if (OfOptions.TryGetValue(option.Name, out var names) && option.ValueType != typeof(int?))
            {
                Complete(option.CompletionSources, names);
            }
        }

        string path = command.Parents.OfType<Command>().FirstOrDefault() is { } above and not RootCommand ? $"{above.Name} {command.Name}" : command.Name;
        foreach (Argument argument in command.Arguments)
        {
            if (OfArguments.TryGetValue(path, out var names))
            {
                Complete(argument.CompletionSources, names);
            }
        }

        foreach (Command below in command.Subcommands)
        {
            AddTo(below);
        }
    }

    /// <summary>Attacks as most people want them: the names, some with their usual steps, and over the ensemble of gradient estimators.</summary>
    private static IEnumerable<string> Attacks() =>
        [AttackCatalogue.Clean, .. AttackCatalogue.Names, "autoattack", "pgd7", "pgd10", "pgd20", "fgsm_ens", "pgd7_ens", "pgd10_ens"];

    private static void Complete(List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, Func<IEnumerable<string>> names)
    {
        sources.Clear();
        sources.Add(_ => names().Select(name => new CompletionItem(name)));
    }
}
