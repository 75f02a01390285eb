using System.Diagnostics;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>The system's Python, to compare with what others compute. A test that needs it is skipped where it is missing.</summary>
internal static class PythonTool
{
    private const string Program = "/usr/bin/python3";

    /// <summary>Skips the test unless Python has the modules.</summary>
    public static void Require(params string[] modules)
    {
        if (!File.Exists(Program) || Start($"import {string.Join(", ", modules)}").Code != 0)
        {
            Assert.Ignore($"needs {Program} with {string.Join(" and ", modules)}");
        }
    }

    /// <summary>Runs a script, which must succeed.</summary>
    public static void Run(string script, params string[] arguments)
    {
        var (code, error) = Start(script, arguments);
        Assert.That(code, Is.Zero, error);
    }

    private static (int Code, string Error) Start(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["-c", script, .. arguments]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
