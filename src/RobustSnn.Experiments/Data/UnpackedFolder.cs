using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>An archive's folder, unpacked beside it under another name first: it gets its own only when complete.</summary>
internal static class UnpackedFolder
{
    private const string TemporaryName = ".unpack-";

    /// <summary>Unpacking takes a minute at most, and writes all the time.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    /// <param name="archive">The file.</param>
    /// <param name="download">What must be in it.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="directory">Where the temporary folder is made.</param>
    /// <param name="folder">What comes of it; files that are there already are replaced.</param>
    /// <param name="cancellation">Stops between files; nothing is left then.</param>
    /// <exception cref="BadInputException">It is no archive, damaged, or holds something unexpected.</exception>
    public static async Task Make(
        string archive, DataDownload download, ArchiveKind kind, string directory, string folder, CancellationToken cancellation)
    {
        RemoveAbandoned(directory);
        var temporary = Directory.CreateDirectory(Path.Combine(directory, $"{TemporaryName}{Guid.NewGuid():N}")).FullName;
        try
        {
            await new ArchiveReader(archive, temporary, download.UnpackedLimit).Unpack(kind, cancellation);
            var unpacked = Path.Combine(temporary, Path.GetFileName(folder));
            if (!Directory.Exists(unpacked))
            {
                throw new BadInputException(
                    $"{archive}: expected an archive of the folder {Path.GetFileName(folder)}, found "
                    + $"{Directory.EnumerateFileSystemEntries(temporary).Select(Path.GetFileName).Order().FirstOrDefault() ?? "nothing"}. "
                    + $"Remove it and download {download.Title} again.");
            }

            if (download.FindGap(unpacked) is { } gap)
            {
                throw new BadInputException($"{archive}: not all of {download.Title}: {gap}. Remove it and download again.");
            }

            Move(unpacked, folder);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Move(string unpacked, string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.Move(unpacked, folder);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(unpacked, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(folder, Path.GetRelativePath(unpacked, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(file, path, overwrite: true);
        }
    }

    /// <summary>Removes what processes have left that were killed while they unpacked: folders that nobody has written to for long.</summary>
    private static void RemoveAbandoned(string directory)
    {
        foreach (var left in Directory.EnumerateDirectories(directory, $"{TemporaryName}*").ToList())
        {
            var lastWrite = Directory.EnumerateFileSystemEntries(left, "*", SearchOption.AllDirectories).Append(left).Max(Directory.GetLastWriteTimeUtc);
            if (DateTime.UtcNow - lastWrite > Abandoned)
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }
}
