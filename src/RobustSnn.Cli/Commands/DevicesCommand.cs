using System.CommandLine;
using System.Runtime.InteropServices;
using RobustSnn.Cli.Output;
using RobustSnn.Cuda;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Model;
using RobustSnn.Ranks;

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
            WriteCards(terminal.Output);
            terminal.Output.WriteLine($"mpi: {Processes.Describe()}");
        });
        return command;
    }

    /// <summary>A line a card; where there is none, what was looked for. It is no failure to have none.</summary>
    private static void WriteCards(TextWriter output)
    {
        try
        {
            var found = CudaCards.Find();
            foreach (CudaCard card in found.Cards)
            {
                output.WriteLine($"cuda: {card.Model}, {(found.AreEmulated ? "emulated, " : "")}compute capability {card.Capability}, "
                    + $"{Format.Number(card.Bytes / (double)(1 << 30), "0.0")} GiB, driver of CUDA {found.Driver}{(card.IsUsable ? "" : "; too old, --backend cuda does not run on it")}");
            }
        }
        catch (BadInputException none)
        {
            output.WriteLine($"cuda: {none.Message}");
        }
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
