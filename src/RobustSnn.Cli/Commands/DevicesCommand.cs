using System.CommandLine;
using System.Runtime.InteropServices;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn devices</c>: what this build computes on here.</summary>
internal static class DevicesCommand
{
    private const string ProcessorFile = "/proc/cpuinfo";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("devices", "Lists what the program can compute on.\nExample: rsnn devices");
        command.SetAction(_ =>
        {
            terminal.Output.WriteLine(
                $"cpu: {ProcessorName()}, {VectorWidths.Chosen().Name()}, {Environment.ProcessorCount} logical cores available");
            terminal.Output.WriteLine("No NVIDIA backend is part of this build.");
        });
        return command;
    }

    private static string ProcessorName()
    {
        string? model = File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return model?.Split(':', 2)[^1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
