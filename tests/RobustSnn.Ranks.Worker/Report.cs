using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RobustSnn.Ranks.Worker;

/// <summary>
/// Lines that stay whole although several processes write to one place. Not by the console, which prepares the terminals that some launchers give to their
/// processes with characters of its own.
/// </summary>
public static class Report
{
    public static void Line(string text) => Write(1, text);

    public static void Error(string text) => Write(2, text);

    private static void Write(int descriptor, string text)
    {
        using var file = new SafeFileHandle(descriptor, ownsHandle: false);
        using var stream = new FileStream(file, FileAccess.Write, bufferSize: 0);
        stream.Write(Encoding.UTF8.GetBytes($"{text}\n"));
    }
}
