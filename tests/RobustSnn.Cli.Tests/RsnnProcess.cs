using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace RobustSnn.Cli.Tests;

/// <summary>The program in a process of its own, which does not outlive the test.</summary>
internal static class RsnnProcess
{
    public static Process Start(params string[] arguments) => Start([], arguments);

    public static Process Start((string Name, string Value)[] environment, params string[] arguments) => StartIn("", environment, arguments);

    /// <summary>In a folder of its own; the empty name is the current one.</summary>
    public static Process StartIn(string folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Owned { StartInfo = start };
        Assert.That(process.Start(), Is.True);
        return process;
    }

    /// <summary>Sends a signal; 0 where it was sent.</summary>
    public static int Signal(Process process, int signal) => Kill(process.Id, signal);

    /// <summary>
    /// Skips the test where whoever has started it has set the signal to be ignored, as shells do with SIGINT for what runs in the background:
    /// programs inherit that, and rightly leave it so.
    /// </summary>
    public static void RequireHeeded(int signal)
    {
        const string Ignored = "SigIgn:";
        const string Status = "/proc/self/status";
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line[Ignored.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (signal - 1) & 1) != 0)
        {
            Assert.Ignore($"signal {signal} is ignored by whoever has started the tests, and so by every program that they start");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private sealed class Owned : Process
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing && !HasExited)
            {
                Kill();
            }

            base.Dispose(disposing);
        }
    }
}
