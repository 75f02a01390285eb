using System.CommandLine;
using System.Text.Json;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Shards;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn sweep</c>: experiments that differ in some settings, and one table of them all.</summary>
internal static class SweepCommand
{
    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var file = new Argument<string>("FILE|SWEEP") { Description = "A sweep file, or one that comes with the program (see rsnn presets)." };
        var data = new Option<string?>("--data") { Description = "Folder of the data set, in place of the experiments'.", HelpName = "DIR" };
        var folder = new Option<string?>("--out") { Description = "Folder of the sweep. [default: runs/<name>]", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Go on with the sweep in that folder." };
        var overrides = new Option<string[]>("--set") { Description = "Another value for a setting of all runs; may be repeated.", HelpName = "KEY=VALUE" };
        var list = new Option<bool>("--list") { Description = "Say which runs there are, and run none." };
        var shard = ShardOption.Create("Do one part of the runs; when all are done, wherever that was, --table makes one table of them.");
        var table = new Option<bool>("--table") { Description = "Run nothing: the table of the runs in that folder, and which are missing." };
        var device = new DeviceOptions();
        var command = new Command(
            "sweep",
            "Runs experiments that differ in some settings: a list of runs, a grid of values, several seeds. Ends with one table.\n"
            + "Example: rsnn sweep figure2-small --data data/cifar10 --out runs/figure2")
        {
            file, data, folder, resume, overrides, list, shard, table, device.Backend, device.Threads, device.Precision,
        };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(file);
            string[] changes = [.. parsed.GetValue(overrides) ?? [], .. Directory(parsed.GetValue(data))];
            bool isFile = !SweepPresets.Names.Contains(name) && (Path.Exists(name) || Path.GetFileName(name) != name);
            Sweep sweep = isFile ? SweepReader.ReadFile(name, changes) : SweepPresets.Read(name, changes);
            Shard? part = ShardOption.Read(parsed, shard);
            if (part is not null && parsed.GetValue(table))
            {
                throw new BadInputException("--table is of the whole sweep, --shard a part of it: give one of them");
            }

            if (parsed.GetValue(list))
            {
                var runs = part is { } some ? SweepRunner.Part(sweep, some).Runs : sweep.Runs;
                terminal.WriteTable(["run", "seed", "folder"], [.. runs.Select(run => (IReadOnlyList<string>)[run.Label, $"{run.Seed}", run.Folder])]);
                return ExitCode.Success;
            }

            string path = parsed.GetValue(folder) ?? Path.Combine("runs", sweep.Name);
            if (path.Length == 0)
            {
                throw new BadInputException("--out: expected a folder, e.g. runs/figure2, found ''");
            }

            if (parsed.GetValue(table))
            {
                SweepResults collected = SweepRunner.Collect(sweep, path);
                SweepReport.Write(terminal, collected, path);
                return collected.Unfinished.Count == 0 ? ExitCode.Success : ExitCode.Failed;
            }

            using var backend = device.Open(parsed);
            try
            {
                SweepResults results = RunReport.Watch(terminal, observer =>
                    part is { } some
                        ? SweepRunner.RunPart(sweep, some, path, parsed.GetValue(resume), backend, observer, cancellation)
                        : SweepRunner.Run(sweep, path, parsed.GetValue(resume), backend, observer, cancellation));
                SweepReport.Write(terminal, results, path);
                return results.Unfinished.Count == 0 ? ExitCode.Success : ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                terminal.Error.WriteLine($"rsnn: interrupted; go on with the same command and --resume --out {Quoting.Of(path)}");
                return ExitCode.Interrupted;
            }
        });
        return command;
    }

    /// <summary>Quoted, so that YAML reads any name as it is.</summary>
    private static IEnumerable<string> Directory(string? path) => path is null ? [] : [$"data.directory={JsonSerializer.Serialize(path)}"];
}
