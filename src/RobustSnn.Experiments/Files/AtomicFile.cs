using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>Writes whole files so that a reader, or a power cut, sees the old file or the new one and nothing between.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to disk and renames over <paramref name="path"/>. On failure the
    /// temporary is removed and the old file is as it was.
    /// </summary>
    /// <exception cref="BadInputException">The system refuses the file: no such folder, no permission, disk full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception exception)
        {
            Remove(temporary);
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{path}: cannot be written: {exception.Message} An older file is as it was.", exception);
            }

            throw;
        }
    }

    /// <summary>As <see cref="Write"/>, for UTF-8 text without a byte order mark.</summary>
    /// <exception cref="BadInputException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a file is one that <see cref="Write"/> had not finished when its process ended.</summary>
    public static bool IsTemporary(string path) => Path.GetFileName(path) is ['.', .., '.', 't', 'm', 'p'];

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here says more than a temporary that cannot be removed.
        }
    }
}
