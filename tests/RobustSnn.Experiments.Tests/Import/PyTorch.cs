using System.ComponentModel;
using System.Diagnostics;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>A Python that has PyTorch, where this machine has one.</summary>
internal static class PyTorch
{
    // Debian's first: another may stand before it in the path, without its packages.
    private static readonly Lazy<string?> Python = new(() => Array.Find(["/usr/bin/python3", "python3"], each => Error(each, "-c", "import torch") is null));

    /// <summary>Runs a script, or ends the test as skipped where there is no PyTorch.</summary>
    public static void Run(string script, params string[] arguments)
    {
        if (Python.Value is null)
        {
            Assert.Ignore("needs python3 with PyTorch (Debian: python3-torch)");
        }

        Assert.That(Error(Python.Value!, [script, .. arguments]), Is.Null);
    }

    /// <summary>Null where it succeeded, else what it said.</summary>
    private static string? Error(string python, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardError = true })!;
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
