using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn presets</c>: the experiments that come with the program.</summary>
internal static class PresetsCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "Print this preset's file.", Arity = ArgumentArity.ZeroOrOne };
        var resolved = new Option<bool>("--resolved") { Description = "In full, with what its base says, and every default." };
        var command = new Command(
            "presets",
            "Lists the experiments and sweeps that come with the program, or prints one.\nExample: rsnn presets cifar10-small --resolved > mine.yaml")
        {
            name, resolved,
        };
        command.SetAction(parsed =>
        {
            bool inFull = parsed.GetValue(resolved);
            if (parsed.GetValue(name) is { } wanted)
            {
                terminal.Pages.Write(Text(wanted, inFull));
                return;
            }

            if (inFull)
            {
                throw new BadInputException("presets --resolved: expected the name of a preset before it, e.g. cifar10-small");
            }

            terminal.WriteTable(
                ["preset", "description"],
                [.. Presets.Names.Select(preset => (IReadOnlyList<string>)[preset, Presets.Read(preset).Description ?? ""])]);
            terminal.Pages.WriteLine();
            terminal.WriteTable(
                ["sweep", "description"],
                [.. SweepPresets.Names.Select(sweep => (IReadOnlyList<string>)[sweep, SweepPresets.Read(sweep).Description ?? ""])]);
        });
        return command;
    }

    private static string Text(string name, bool inFull)
    {
        if (!SweepPresets.Names.Contains(name))
        {
            return inFull ? SettingsWriter.Write(Presets.Read(name)) : Presets.Text(name);
        }

        return inFull
            ? throw new BadInputException($"presets --resolved: {name} is a sweep of many experiments; rsnn sweep {name} --list says which")
            : SweepPresets.Text(name);
    }
}
