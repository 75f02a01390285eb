using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace RobustSnn.GpuReport;

/// <summary>What a process left.</summary>
/// <param name="Code">Its exit code; null where it was ended because it was silent for too long.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">The last of what it said beside.</param>
internal sealed record ChildOutcome(int? Code, IReadOnlyList<string> Output, string Error)
{
    /// <summary>How it ended, for people.</summary>
    public string End => Code is { } code
        ? $"exit code {code}{(Error.Length > 0 ? $": {Error}" : "")}"
        : $"said nothing for {Child.Patience.TotalMinutes:0} minutes";
}

/// <summary>Processes that parts of the report are made by.</summary>
internal static class Child
{
    private const int LastLines = 5;

    /// <summary>How long a process may be silent: a kernel that does not end keeps its process for ever. PyTorch compiles for minutes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>This program's arguments, as somebody would type them.</summary>
    public static IReadOnlyList<string> Typed(params IEnumerable<string> arguments) => ["./gpu-report", .. arguments];

    /// <summary>This program again.</summary>
    /// <param name="line">Told of each line that it prints, as soon as it is there.</param>
    public static ChildOutcome Self(IEnumerable<string> arguments, Action<string>? line = null)
    {
        // Run by dotnet, as tests do, the program is an argument.
        var program = Environment.ProcessPath!;
        var own = Assembly.GetExecutingAssembly().Location;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? Run(program, [own, .. arguments], line)
            : Run(program, arguments, line);
    }

    /// <exception cref="PartFailedException">There is no such program.</exception>
    public static ChildOutcome Run(string program, IEnumerable<string> arguments, Action<string>? line = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start };
        var error = new Queue<string>();
        process.ErrorDataReceived += (_, said) => Hear(error, said.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception refusal)
        {
            throw new PartFailedException($"{program}: {refusal.Message}");
        }

        process.BeginErrorReadLine();
        var output = new List<string>();
        try
        {
            while (Next(process) is { } next)
            {
                output.Add(next);
                line?.Invoke(next);
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return new ChildOutcome(null, output, Joined(error));
        }

        process.WaitForExit();
        return new ChildOutcome(process.ExitCode, output, Joined(error));
    }

    /// <summary>Null at the end of what it prints.</summary>
    /// <exception cref="OperationCanceledException">It is silent for too long.</exception>
    private static string? Next(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        return process.StandardOutput.ReadLineAsync(patience.Token).AsTask().GetAwaiter().GetResult();
    }

    private static void Hear(Queue<string> error, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            lock (error)
            {
                error.Enqueue(line);
                if (error.Count > LastLines)
                {
                    error.Dequeue();
                }
            }

            Console.Error.WriteLine(line);
        }
    }

    private static string Joined(Queue<string> error)
    {
        lock (error)
        {
            return string.Join(" / ", error);
        }
    }
}
