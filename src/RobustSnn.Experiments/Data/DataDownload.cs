using System.Collections.Immutable;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>A file to download.</summary>
/// <param name="Source">Its address; its last part is the file's name here, too.</param>
/// <param name="Checksum">Of the whole file.</param>
/// <param name="Archive">What it is.</param>
public sealed record RemoteFile(Uri Source, Checksum Checksum, ArchiveKind Archive)
{
    public string Name => Path.GetFileName(Source.AbsolutePath);
}

/// <summary>
/// How a data set is got: which files, and what must be there afterwards. A download that broke off goes on where it stopped; what has
/// been downloaded is kept.
/// </summary>
/// <param name="Title">The data set, as messages call it.</param>
/// <param name="Files">In the order in which they are fetched.</param>
/// <param name="Folder">The folder that the archive unpacks to; null where the files are used as they are.</param>
/// <param name="FindGap">What keeps a folder from being the whole data set, in words; null where nothing does.</param>
/// <param name="UnpackedLimit">What may come out of the archive, with room to spare: it must not fill the disk, whatever it claims.</param>
public sealed record DataDownload(
    string Title, ImmutableArray<RemoteFile> Files, string? Folder, Func<string, string?> FindGap, ArchiveLimit UnpackedLimit)
{
    /// <summary>
    /// Makes sure that the data set is in <paramref name="directory"/>, and returns the path of the folder that has it. A folder that has
    /// all of its files is left as it is, one that has not gets them.
    /// </summary>
    /// <param name="directory">Where to put it; made if missing.</param>
    /// <param name="progress">Told after every piece received.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// The download failed (it says how to go on), a checksum differs, an archive is none or holds something unexpected, or the folder
    /// cannot be written.
    /// </exception>
    public async Task<string> Fetch(string directory, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        foreach (var file in Files)
        {
            RequireWebAddress(file.Source);
        }

        var folder = Folder is null ? directory : Path.Combine(directory, Folder);
        if (Directory.Exists(folder) && FindGap(folder) is null)
        {
            return folder;
        }

        try
        {
            Directory.CreateDirectory(directory);
            foreach (var file in Files)
            {
                var path = Path.Combine(directory, file.Name);
                await Fetch(file, path, progress, cancellation);
                if (file.Archive != ArchiveKind.None)
                {
                    await UnpackedFolder.Make(path, this, file.Archive, directory, folder, cancellation);
                }
            }

            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{directory}: cannot be written ({error.Message}). Give a folder with {Math.Max(UnpackedLimit.Bytes >> 20, 300)} MB of space.", error);
        }
    }

    private static async Task Fetch(RemoteFile file, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (File.Exists(path))
        {
            InputPath.RequireFile(path);
            await using var there = File.OpenRead(path);
            await ResumableDownload.CheckHash(file.Checksum, there, cancellation);
        }
        else
        {
            await ResumableDownload.Fetch(file.Source, file.Checksum, path, progress, cancellation);
        }
    }

    private static void RequireWebAddress(Uri source)
    {
        if (!source.IsAbsoluteUri || (source.Scheme != Uri.UriSchemeHttp && source.Scheme != Uri.UriSchemeHttps))
        {
            throw new BadInputException($"{source}: expected an address that starts with http:// or https://.");
        }
    }
}
