using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace RobustSnn.Experiments.Tests;

/// <summary>A Python of this machine that has what a test needs, to compare with what others compute.</summary>
internal sealed class Python
{
    // Debian's first: another may stand before it in the path, without its packages.
    private static readonly string[] Programs = ["/usr/bin/python3", "python3"];

    // Importing PyTorch takes a second.
    private static readonly ConcurrentDictionary<string, string?> Found = new(StringComparer.Ordinal);

    private readonly string program;

    private Python(string program) => this.program = program;

    /// <summary>The first that has the modules. The test ends as skipped where none does.</summary>
    public static Python With(params string[] modules)
    {
        string? program = Found.GetOrAdd(
            string.Join(", ", modules), imports => Array.Find(Programs, each => Error(each, ["-c", $"import {imports}"]) is null));
        if (program is null)
        {
            Assert.Ignore($"needs python3 with {string.Join(" and ", modules)}");
        }

        return new Python(program!);
    }

    /// <summary>Runs a script that is a file, which must succeed.</summary>
    public void RunFile(string script, params string[] arguments) => Assert.That(Error(program, [script, .. arguments]), Is.Null);

    /// <summary>Runs a script, which must succeed.</summary>
    public void Run(string script, params string[] arguments) => Assert.That(Error(program, ["-c", script, .. arguments]), Is.Null);

    /// <summary>Null where it succeeded, else what it said.</summary>
    private static string? Error(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error;
        }
        catch (Win32Exception missing)
        {
            return missing.Message;
        }
    }
}
