using System.Globalization;

namespace RobustSnn.Engine.Layout;

/// <summary>How much memory the machine, or the container, has left.</summary>
internal static class SystemMemory
{
    private const string LinuxFigures = "/proc/meminfo";
    private const string FreeFigure = "MemAvailable:";

    /// <summary>Bytes that can be taken now without anything being swapped or killed, as far as the system says.</summary>
    public static long FreeBytes
    {
        get
        {
            var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes; // of the container, where there is one
            return OperatingSystem.IsLinux() && LinuxFree() is { } free ? Math.Min(most, free) : most;
        }
    }

    private static long? LinuxFree()
    {
        try
        {
            var line = File.ReadLines(LinuxFigures).FirstOrDefault(each => each.StartsWith(FreeFigure, StringComparison.Ordinal));
            return line?[FreeFigure.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var kibibytes, "kB"]
                && long.TryParse(kibibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value << 10 : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // without /proc there is the total
        }
    }
}
