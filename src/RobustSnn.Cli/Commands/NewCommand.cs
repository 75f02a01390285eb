using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using Spectre.Console;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn new</c>: a first experiment file, by three questions or options.</summary>
internal static class NewCommand
{
    private const string DefaultFile = "experiment.yaml";
    private const double UsualSparsity = 0.9;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it; what is there already stays.", DefaultValueFactory = _ => DefaultFile };
        var data = new Option<string?>("--data") { Description = $"{string.Join(", ", DataSource.Names)}, or a folder with images.", HelpName = "NAME|DIR" };
        var size = new Option<string?>("--size") { Description = $"{string.Join("; ", ExperimentTemplate.Sizes.Select(ExperimentTemplate.Meaning))}.", HelpName = "SIZE" };
        var sparsity = CommonOptions.OptionalNumber("--sparsity", "0.9", "Share of the weights that are pruned; 0 keeps all.");
        var epsilon = new Option<string?>("--epsilon") { Description = "Radius that is trained and attacked with; the preset's where left out.", HelpName = "8/255" };
        var command = new Command(
            "new",
            "Writes an experiment file with comments, for rsnn run. In a terminal it asks for what no option says.\n"
            + "Example: rsnn new mine.yaml --data cifar10 --size small --sparsity 0.9")
        {
            file, data, size, sparsity, epsilon,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            RequireNew(path);
            PixelFraction? radius = parsed.GetValue(epsilon) is { } text ? Radius(text) : null;
            RequireAnswers(terminal, ("--data", parsed.GetValue(data)), ("--size", parsed.GetValue(size)), ("--sparsity", parsed.GetValue(sparsity)));
            (string name, string? directory) = Source(parsed.GetValue(data) ?? AskData(terminal));
            var wish = new ExperimentWish(
                name, directory, parsed.GetValue(size) ?? AskSize(terminal), parsed.GetValue(sparsity) ?? AskSparsity(terminal), radius);
            AtomicFile.WriteText(path, ExperimentTemplate.Write(wish).Replace("rsnn run FILE", $"rsnn run {Quoting.Of(path)}", StringComparison.Ordinal));
            terminal.Output.WriteLine($"{path}: look at it, then: rsnn run {Quoting.Of(path)}");
        });
        return command;
    }

    private static void RequireNew(string path)
    {
        InputPath.RequireName(path);
        if (Path.Exists(path))
        {
            throw new BadInputException($"{path}: is there already; give another name, or remove it");
        }
    }

    /// <summary>Where nobody can be asked, every answer has to be an option.</summary>
    private static void RequireAnswers(Terminal terminal, params (string Option, object? Value)[] answers)
    {
        string[] missing = [.. answers.Where(answer => answer.Value is null).Select(answer => answer.Option)];
        if (missing.Length > 0 && (!terminal.IsScreen || Console.IsInputRedirected))
        {
            throw new BadInputException($"new: expected {string.Join(" and ", missing)}, because there is no terminal to ask in; e.g. "
                + "rsnn new mine.yaml --data cifar10 --size small --sparsity 0.9");
        }
    }

    /// <summary>A data set by name, or what a folder has.</summary>
    private static (string Name, string? Directory) Source(string given)
    {
        if (DataSource.Names.Contains(given))
        {
            return (given, null);
        }

        return Directory.Exists(given)
            ? (DataSets.Recognise(given), given)
            : throw new BadInputException(
                $"--data: expected one of {string.Join(", ", DataSource.Names)}, or a folder with images, found '{given}'{NearestName.Hint(given, DataSource.Names)}");
    }

    private static PixelFraction Radius(string text) => PixelFraction.TryParse(text, out PixelFraction radius)
        ? radius
        : throw new BadInputException($"--epsilon: expected a number from 0 to 1 such as 8/255 or 0.03, found '{text}'");

    private static string AskData(Terminal terminal)
    {
        const string Own = "a folder with images of mine";
        string chosen = terminal.Screen.Prompt(new SelectionPrompt<string>().Title("Which images?").AddChoices([.. DataSource.Names, Own]));
        return chosen == Own ? terminal.Screen.Ask<string>("Their folder, with train/CLASS/ and test/CLASS/ in it:") : chosen;
    }

    private static string AskSize(Terminal terminal) => terminal.Screen.Prompt(
        new SelectionPrompt<string>().Title("How large?").UseConverter(ExperimentTemplate.Meaning).AddChoices(ExperimentTemplate.Sizes));

    private static double AskSparsity(Terminal terminal) => terminal.Screen.Prompt(
        new TextPrompt<double>("Which share of the weights shall go, from 0 to below 1?").DefaultValue(UsualSparsity)
            .Validate(share => share is >= 0 and < 1, "from 0 to below 1, such as 0.9"));
}
