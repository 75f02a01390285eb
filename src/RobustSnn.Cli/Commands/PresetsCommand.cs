using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn presets</c>: the experiments that come with the program.</summary>
internal static class PresetsCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("NAME") { Description = "Print this preset's file.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(
            "presets", "Lists the experiments that come with the program, or prints one.\nExample: rsnn presets cifar10-small > mine.yaml")
        {
            name,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted)
            {
                terminal.Pages.Write(Presets.Text(wanted));
                return;
            }

            terminal.WriteTable(
                ["preset", "description"],
                [.. Presets.Names.Select(preset => (IReadOnlyList<string>)[preset, Presets.Read(preset).Description ?? ""])]);
        });
        return command;
    }
}
