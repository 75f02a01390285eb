using System.Diagnostics;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests;

/// <summary>The program gpu-report, which has rsnn and all its commands in it, in a process of its own: one loads NVIDIA's libraries once.</summary>
internal static class ReportProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static (int Code, string Output, string Error) Run((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "gpu-report.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"not done after {Limit}");
        }

        return (process.ExitCode, output.Result, error.Result);
    }
}
