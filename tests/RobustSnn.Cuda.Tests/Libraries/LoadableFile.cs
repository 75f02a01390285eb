using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Libraries;

/// <summary>A file that the system's loader takes: some library that this process has loaded already.</summary>
internal static class LoadableFile
{
    public static byte[] Content()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("copies a library that /proc/self/maps names");
        }

        var library = File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .First(path => Path.GetFileName(path).StartsWith("libm.so", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith("libm-", StringComparison.Ordinal));
        return File.ReadAllBytes(library);
    }
}
