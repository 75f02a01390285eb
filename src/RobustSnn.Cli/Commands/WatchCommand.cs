using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn watch</c>: how a run or a sweep gets on that a process started elsewhere.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(Terminal terminal, CancellationToken cancellation)
    {
        var folder = new Argument<string>("RUN|SWEEP") { Description = "The folder of a run, or of a sweep." };
        var command = new Command(
            "watch",
            "Shows how a run or a sweep gets on, wherever it was started, and ends with it. Ctrl-C leaves it alone.\n"
            + "The exit code is 0 where it has finished, 1 where it was interrupted, failed or killed.\n"
            + "Example: rsnn watch runs/small")
        {
            folder,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(folder);
            Require(path);
            RunState state = WatchView.On(terminal, view => WatchedRun.IsRun(path)
                ? Follow(() => WatchedRun.Look(path), run => run.State, run => view.Show(run, path), cancellation)
                : Follow(() => WatchedSweep.Look(path), sweep => sweep.State, sweep => view.Show(sweep, path), cancellation));
            return state == RunState.Finished ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static RunState Follow<T>(Func<T> look, Func<T, RunState> stateOf, Action<T> show, CancellationToken cancellation)
    {
        while (true)
        {
            T seen = look();
            show(seen);
            if (stateOf(seen) is not RunState.Running and var ended)
            {
                return ended;
            }

            cancellation.WaitHandle.WaitOne(Pause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static void Require(string path)
    {
        InputPath.RequireName(path);
        if (!Directory.Exists(path))
        {
            throw new BadInputException($"{path}: expected the folder of a run or a sweep, found {(File.Exists(path) ? "a file" : "none")}{Nearest(path)}");
        }

        if (!WatchedRun.IsRun(path) && !WatchedSweep.IsSweep(path))
        {
            throw new BadInputException(
                $"{path}: expected the folder of a run, with experiment.yaml in it, or of a sweep, with such folders in it; give what rsnn run has after --out");
        }
    }

    private static string Nearest(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) is { } above && Directory.Exists(above)
            ? NearestName.Hint(Path.GetFileName(full), Directory.EnumerateDirectories(above).Select(each => Path.GetFileName(each)))
            : "";
    }
}
