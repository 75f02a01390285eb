using System.Globalization;
using System.Runtime.InteropServices;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Model;

namespace RobustSnn.Cli.Doctor;

/// <summary>The program, the processor and the memory, as far as this process may use them.</summary>
internal static class MachineCheck
{
    /// <summary>What the smallest preset takes, several times over.</summary>
    private const long LittleMemory = 1L << 30;

    private const string Limits = "/sys/fs/cgroup";

    public static IEnumerable<Finding> Run()
    {
        yield return new Finding(Verdict.Fine, "rsnn", $"{ProgramVersion.Text}, .NET {Environment.Version}");
        yield return new Finding(Verdict.Fine, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"
            + (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "" : "; rsnn is tried on Linux x64 alone"));
        yield return Vectors();
        yield return new Finding(Verdict.Fine, "cores", $"{Environment.ProcessorCount}{Limit("cpu.max", Cores)}");
        yield return Memory();
        if (Environment.GetEnvironmentVariable(Backends.CheckVariable) == "1")
        {
            yield return new Finding(Verdict.Fine, Backends.CheckVariable, "1: every operation is checked, which is slow", "unset it unless you look for a fault");
        }
    }

    private static Finding Vectors()
    {
        string? forced = Environment.GetEnvironmentVariable(VectorWidths.Variable);
        try
        {
            VectorWidth chosen = VectorWidths.Chosen();
            return string.IsNullOrEmpty(forced)
                ? new Finding(Verdict.Fine, "vectors", chosen.Name())
                : new Finding(Verdict.Fine, "vectors", $"{chosen.Name()}, as {VectorWidths.Variable} says; the machine has {VectorWidths.Available[0].Name()}",
                    chosen == VectorWidths.Available[0] ? null : $"unset {VectorWidths.Variable} to use the widest");
        }
        catch (BadInputException refusal)
        {
            return new Finding(Verdict.Needed, "vectors", refusal.Message, $"unset {VectorWidths.Variable}");
        }
    }

    private static Finding Memory()
    {
        // What the runtime sees: a container's limit where there is one.
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string found = $"{Gigabytes(bytes)}{Limit("memory.max", text => long.TryParse(text, CultureInfo.InvariantCulture, out long most) ? Gigabytes(most) : null)}";
        return bytes >= LittleMemory
            ? new Finding(Verdict.Fine, "memory", found)
            : new Finding(Verdict.Needed, "memory", found, $"training takes {Gigabytes(LittleMemory)} and more: give the machine or the container more");
    }

    /// <summary>What a container is limited to, where it is one that says so.</summary>
    private static string Limit(string file, Func<string, string?> read)
    {
        try
        {
            return File.Exists(Path.Combine(Limits, file)) && read(File.ReadAllText(Path.Combine(Limits, file)).Trim()) is { } most ? $", limited to {most} by the container" : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>"200000 100000" are two cores' time; "max 100000" no limit.</summary>
    private static string? Cores(string text) => text.Split(' ') is [var time, var period]
        && double.TryParse(time, CultureInfo.InvariantCulture, out double used) && double.TryParse(period, CultureInfo.InvariantCulture, out double of)
        ? $"{Format.Number(used / of, "0.##")} cores' time"
        : null;

    private static string Gigabytes(long bytes) => $"{Format.Number(bytes / (double)(1 << 30), "0.0")} GiB";
}
