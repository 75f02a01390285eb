using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Doctor;

/// <summary>The current folder: whether it can be written, and how much its disk has left.</summary>
internal static class FolderCheck
{
    /// <summary>A run of a paper's network leaves a few hundred megabytes.</summary>
    private const long LittleDisk = 1L << 30;

    public static IEnumerable<Finding> Run()
    {
        yield return Writing();
        if (Disk() is { } disk)
        {
            yield return disk;
        }
    }

    private static Finding Writing()
    {
        string folder = Environment.CurrentDirectory;
        try
        {
            using (new FileStream(Path.Combine(folder, $".rsnn-doctor-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                return new Finding(Verdict.Fine, "this folder", $"{folder} can be written");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding(Verdict.Needed, "this folder", $"{folder} cannot be written: {exception.Message}", "go to another folder, or give --out one that can be written");
        }
    }

    private static Finding? Disk()
    {
        try
        {
            long bytes = new DriveInfo(Environment.CurrentDirectory).AvailableFreeSpace;
            string found = $"{Format.Number(bytes / (double)(1 << 30), "0.0")} GiB free";
            return bytes >= LittleDisk
                ? new Finding(Verdict.Fine, "disk", found)
                : new Finding(Verdict.Optional, "disk", found, "a paper's run leaves some hundred megabytes: make room, or give --out another disk");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not say: nothing is known to be wrong.
            return null;
        }
    }
}
