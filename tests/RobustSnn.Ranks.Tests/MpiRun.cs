using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustSnn.Ranks.Tests;

/// <summary>What a launcher and its processes left.</summary>
internal sealed record Outcome(int Code, string Output, string Error, TimeSpan Duration);

/// <summary>The processes of RobustSnn.Ranks.Worker under a launcher. Whatever happens, none of them outlives the test: one that would have fails it.</summary>
internal sealed partial class MpiRun : IDisposable
{
    /// <summary>No run of a test takes longer, however busy the machine is.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>How long after its launcher a process may still be seen.</summary>
    private static readonly TimeSpan LeftBehind = TimeSpan.FromSeconds(5);

    private readonly string mark = $"RSNN_TEST_RUN={Guid.NewGuid():N}";
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Process process;
    private readonly long started = Stopwatch.GetTimestamp();

    /// <param name="launcher">One of <see cref="Launchers"/>.</param>
    /// <param name="job">Of RobustSnn.Ranks.Worker, with its further arguments.</param>
    public MpiRun(string launcher, int count, string[] job, params (string Name, string Value)[] environment)
    {
        Require(launcher);
        // Open MPI refuses more processes than cores, and any of root, unless it is told otherwise.
        string[] options = launcher == OpenMpi ? ["--oversubscribe"] : [];
        var start = new ProcessStartInfo(launcher, [.. options, "-n", $"{count}", "dotnet", typeof(Worker.Checks).Assembly.Location, .. job])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in (IEnumerable<(string, string)>)
            [("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), (mark[..mark.IndexOf('=')], mark[(mark.IndexOf('=') + 1)..]), .. environment])
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public const string OpenMpi = "mpirun.openmpi";

    public const string Mpich = "mpirun.mpich";

    public static string[] Launchers { get; } = [OpenMpi, Mpich];

    /// <summary>Runs to the end.</summary>
    public static Outcome Run(string launcher, int count, params string[] job)
    {
        using var run = new MpiRun(launcher, count, job);
        return run.End();
    }

    /// <summary>Skips the test where the launcher is not installed.</summary>
    public static void Require(string launcher)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, launcher))))
        {
            Assert.Ignore($"{launcher} is not here: apt-get install {(launcher == OpenMpi ? "openmpi-bin libopenmpi3" : "mpich")}");
        }
    }

    /// <summary>The processes of an endless job, by rank, once all of them have said that they run.</summary>
    public int[] AwaitRanks(int count)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var found = RankLine().Matches(Text(output)).ToDictionary(match => int.Parse(match.Groups[1].Value), match => int.Parse(match.Groups[2].Value));
            if (found.Count == count)
            {
                return [.. Enumerable.Range(0, count).Select(rank => found[rank])];
            }

            Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(Limit), $"{Text(output)}\n{Text(error)}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Waits for the launcher and looks for processes that are left behind.</summary>
    public Outcome End()
    {
        Assert.That(process.WaitForExit(Limit), Is.True, $"the run does not end:\n{Text(output)}\n{Text(error)}");
        process.WaitForExit(); // and for what it has printed
        var duration = Stopwatch.GetElapsedTime(started);
        var since = Stopwatch.GetTimestamp();
        while (Processes().Length > 0)
        {
            Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(LeftBehind), $"left behind: {string.Join(", ", Processes())}");
            Thread.Sleep(20);
        }

        return new Outcome(process.ExitCode, Text(output), Text(error), duration);
    }

    public static void Signal(int pid, int signal) => Assert.That(Kill(pid, signal), Is.Zero);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        foreach (var left in Processes())
        {
            _ = Kill(left, 9);
        }

        process.Dispose();
    }

    /// <summary>All processes that have this run's mark in their environment: the launcher's own daemons, too.</summary>
    private int[] Processes() =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let name = Path.GetFileName(folder)
           where int.TryParse(name, out _) && EnvironmentOf(folder).Contains(mark, StringComparison.Ordinal)
           select int.Parse(name),
    ];

    /// <summary>Empty of a process that has just ended, or is somebody else's.</summary>
    private static string EnvironmentOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [GeneratedRegex(@"rank (\d+) pid (\d+)")]
    private static partial Regex RankLine();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
