using System.CommandLine;
using System.Reflection;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn completion</c>: what has a shell complete the program's arguments. The shell asks the program itself, by [suggest:POSITION] LINE.</summary>
internal static class CompletionCommand
{
    internal static readonly string[] Shells = ["bash", "fish", "pwsh", "zsh"];

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", Shells)}." };
        var command = new Command(
            "completion",
            "Prints a script that has a shell complete commands, options and names: presets, attacks, stages, settings.\n"
            + "bash: source <(rsnn completion bash)   fish: rsnn completion fish | source   zsh: source <(rsnn completion zsh)\n"
            + "Example: rsnn completion bash >> ~/.bashrc")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(shell);
            if (!Shells.Contains(name))
            {
                throw new BadInputException($"'{name}': expected one of {string.Join(", ", Shells)}{NearestName.Hint(name, Shells)}");
            }

            using Stream script = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Completion/rsnn.{name}")!;
            using var reader = new StreamReader(script);
            terminal.Pages.Write(reader.ReadToEnd());
        });
        return command;
    }
}
