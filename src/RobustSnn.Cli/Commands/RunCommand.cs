using System.CommandLine;
using System.Text.Json;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn run</c>: a whole experiment, from images to the final table.</summary>
internal static class RunCommand
{
    private const string DefaultPreset = "shapes10-quick";

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var experiment = new Argument<string?>("PRESET|FILE")
        {
            Description = "A preset (see rsnn presets) or an experiment file (rsnn new). Without one it is shapes10-quick, which needs no data.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var data = new Option<string?>("--data") { Description = "Folder of the data set, in place of the experiment's.", HelpName = "DIR" };
        var folder = new Option<string?>("--out") { Description = "Folder of the run. [default: runs/<name>]", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Go on with the run in that folder." };
        var overrides = new Option<string[]>("--set") { Description = "Another value for a setting; may be repeated.", HelpName = "KEY=VALUE" };
        var from = new Option<string?>("--from") { Description = "A checkpoint to begin with, of another run or imported.", HelpName = "CHECKPOINT" };
        var startAt = new Option<string?>("--start-at") { Description = "The first stage to run on it, e.g. convert.", HelpName = "STAGE" };
        var device = new DeviceOptions();
        var command = new Command(
            "run",
            "Runs an experiment: pretrain, prune, finetune, convert, finetune, attack.\n"
            + "Example: rsnn run cifar10-small --data data/cifar10 --out runs/small --set finetune_snn.epochs=4\n"
            + "From another network: rsnn run cifar10-small --from imported.safetensors --start-at prune --out runs/theirs")
        {
            experiment, data, folder, resume, from, startAt, overrides, device.Backend, device.Threads, device.Precision,
        };
        command.SetAction(parsed =>
        {
            RequireFolder(parsed.GetValue(folder), parsed.GetValue(resume));
            if (parsed.GetValue(experiment) is null && !parsed.GetValue(resume))
            {
                RunGuide.Write(terminal, DefaultPreset);
            }

            ExperimentSettings settings = Settings(
                parsed.GetValue(experiment), parsed.GetValue(resume), parsed.GetValue(folder),
                [
                    .. parsed.GetValue(overrides) ?? [],
                    .. PathOverride("data.directory", parsed.GetValue(data)),
                    .. PathOverride("start.from", parsed.GetValue(from)),
                    .. parsed.GetValue(startAt) is { } stage ? [$"start.at={stage}"] : Array.Empty<string>(),
                ]);
            string path = parsed.GetValue(folder) ?? Path.Combine("runs", settings.Name);
            using var backend = device.Open(parsed);
            try
            {
                RunResults results = RunReport.Watch(terminal, observer =>
                    ExperimentRun.Run(settings, path, parsed.GetValue(resume), backend, observer, cancellation));
                RunReport.Write(terminal, results, path);
                ReportCommand.WriteBeside(terminal, path);
                return ExitCode.Success;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                terminal.Error.WriteLine($"rsnn: interrupted; go on with: rsnn run --resume --out {Quoting.Of(path)}");
                return ExitCode.Interrupted;
            }
        });
        return command;
    }

    /// <summary>A newer program's folder is refused as such, and not for a key that its experiment has.</summary>
    private static void RequireFolder(string? folder, bool resume)
    {
        if (folder?.Length == 0)
        {
            throw new BadInputException("--out: expected a folder, e.g. runs/first, found ''");
        }

        if (resume && folder is not null && RunFolder.ResultsFile(folder) is var results && File.Exists(results))
        {
            RunResults.Read(results);
        }
    }

    /// <summary>The experiment that is named; where none is, that of the folder to resume, or the default.</summary>
    private static ExperimentSettings Settings(string? experiment, bool resume, string? folder, IReadOnlyList<string> overrides)
    {
        if (experiment is null && resume)
        {
            string saved = RunFolder.ExperimentFile(
                folder ?? throw new BadInputException("run --resume: expected the run's folder by --out, or its preset or experiment file"));
            return File.Exists(saved)
                ? SettingsReader.ReadFile(saved, overrides)
                : throw new BadInputException($"{folder}: there is no run to go on with: expected {saved}. Give the folder of a run by --out");
        }

        experiment ??= DefaultPreset;
        if (Directory.Exists(experiment) && WatchedRun.IsRun(experiment))
        {
            throw new BadInputException($"{experiment}: is the folder of a run; expected a preset or an experiment file, or to go on with that run: rsnn run --resume --out {Quoting.Of(experiment)}");
        }

        bool isFile = !Presets.Names.Contains(experiment)
            && (Path.Exists(experiment) || Path.GetFileName(experiment) != experiment || Path.GetExtension(experiment) is ".yaml" or ".yml");
        return isFile ? SettingsReader.ReadFile(experiment, overrides) : Presets.Read(experiment, overrides);
    }

    /// <summary>Quoted, so that YAML reads any name as it is.</summary>
    private static IEnumerable<string> PathOverride(string key, string? path) => path is null ? [] : [$"{key}={JsonSerializer.Serialize(path)}"];
}
