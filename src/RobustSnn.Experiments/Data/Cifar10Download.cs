using System.Formats.Tar;
using System.IO.Compression;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Downloads and unpacks CIFAR-10's official archive.</summary>
public static class Cifar10Download
{
    /// <summary>The SHA-256 of the official archive (170,052,171 bytes).</summary>
    public const string OfficialSha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";

    private const string ArchiveName = "cifar-10-binary.tar.gz";
    private const string TemporaryName = ".unpack-";

    /// <summary>Unpacking takes seconds, and writes all the time.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    public static Uri OfficialSource { get; } = new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz");

    /// <summary>
    /// Makes sure that <paramref name="directory"/> has <see cref="Cifar10Binary.FolderName"/>, and returns that folder's path. A folder
    /// that has all of its files is left as it is, one that has not gets them; a download that broke off goes on where it stopped; the archive is kept beside the folder.
    /// </summary>
    /// <param name="source">Where the archive is.</param>
    /// <param name="sha256">Its checksum, 64 hexadecimal digits.</param>
    /// <param name="directory">Where to put it; made if missing.</param>
    /// <param name="progress">Told after every piece received.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept.</param>
    /// <param name="imagesPerFile">10,000 in the official files; other numbers are for excerpts.</param>
    /// <exception cref="BadInputException">
    /// The download failed (it says how to go on), the checksum differs, the archive is none or holds something unexpected, or the folder
    /// cannot be written.
    /// </exception>
    public static async Task<string> Fetch(
        Uri source, string sha256, string directory, IProgress<DownloadProgress>? progress, CancellationToken cancellation,
        int imagesPerFile = Cifar10Binary.OfficialImagesPerFile)
    {
        CheckArguments(source, sha256);
        var folder = Path.Combine(directory, Cifar10Binary.FolderName);
        if (Directory.Exists(folder) && Cifar10Binary.FindGap(folder, imagesPerFile) is null)
        {
            return folder;
        }

        try
        {
            Directory.CreateDirectory(directory);
            var archive = Path.Combine(directory, ArchiveName);
            if (File.Exists(archive))
            {
                InputPath.RequireFile(archive);
                await using var file = File.OpenRead(archive);
                await ResumableDownload.CheckHash(sha256, file, cancellation);
            }
            else
            {
                await ResumableDownload.Fetch(source, sha256, archive, progress, cancellation);
            }

            await Unpack(archive, directory, folder, imagesPerFile, cancellation);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{directory}: cannot be written ({error.Message}). Give a folder with 350 MB of space.", error);
        }
    }

    private static void CheckArguments(Uri source, string sha256)
    {
        if (!source.IsAbsoluteUri || (source.Scheme != Uri.UriSchemeHttp && source.Scheme != Uri.UriSchemeHttps))
        {
            throw new BadInputException($"{source}: expected an address that starts with http:// or https://.");
        }

        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
        {
            throw new BadInputException($"\"{sha256}\" is no SHA-256 checksum, expected 64 hexadecimal digits.");
        }
    }

    /// <summary>Unpacks into a temporary folder that gets its name only when complete.</summary>
    private static async Task Unpack(
        string archive, string directory, string folder, int imagesPerFile, CancellationToken cancellation)
    {
        RemoveAbandoned(directory);
        var temporary = Directory.CreateDirectory(Path.Combine(directory, $"{TemporaryName}{Guid.NewGuid():N}")).FullName;
        try
        {
            await Extract(archive, temporary, cancellation);
            var unpacked = Path.Combine(temporary, Cifar10Binary.FolderName);
            if (!Directory.Exists(unpacked))
            {
                throw new BadInputException(
                    $"{archive}: expected an archive of the folder {Cifar10Binary.FolderName}, found "
                    + $"{Directory.EnumerateFileSystemEntries(temporary).Select(Path.GetFileName).Order().FirstOrDefault() ?? "nothing"}. "
                    + "Remove it and download CIFAR-10's binary version.");
            }

            if (Cifar10Binary.FindGap(unpacked, imagesPerFile) is { } gap)
            {
                throw new BadInputException($"{archive}: not all of CIFAR-10: {gap}. Remove it and download again.");
            }

            if (Directory.Exists(folder))
            {
                foreach (var file in Directory.EnumerateFiles(unpacked))
                {
                    File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
                }
            }
            else
            {
                Directory.Move(unpacked, folder);
            }
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
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

    private static async Task Extract(string archive, string target, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(archive);
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await using var tar = new TarReader(unzipped);
            while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            {
                await ExtractEntry(archive, entry, target, cancellation);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new BadInputException($"{archive}: not a whole .tar.gz archive ({error.Message}). Remove it and download again.", error);
        }
    }

    private static async Task ExtractEntry(string archive, TarEntry entry, string target, CancellationToken cancellation)
    {
        // Global headers carry no file.
        if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        var path = Path.GetFullPath(Path.Combine(target, entry.Name));
        if (path != target && !path.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && path != target + Path.DirectorySeparatorChar)
        {
            throw new BadInputException($"{archive}: the entry {entry.Name} would be written outside the folder. Nothing was unpacked.");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await using (var to = new FileStream(path, FileMode.CreateNew))
                {
                    if (entry.DataStream is { } data)
                    {
                        await data.CopyToAsync(to, cancellation);
                    }

                    to.Flush(flushToDisk: true);
                }

                break;
            default:
                throw new BadInputException(
                    $"{archive}: the entry {entry.Name} is a {entry.EntryType}, expected files and folders only. Nothing was unpacked.");
        }
    }
}
