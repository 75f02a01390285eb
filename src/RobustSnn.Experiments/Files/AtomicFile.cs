using System.Collections.Concurrent;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>Writes whole files so that a reader, or a power cut, sees the old file or the new one and nothing between.</summary>
public static class AtomicFile
{
    private static readonly ConcurrentDictionary<string, bool> Unfinished = new();

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to disk and renames over <paramref name="path"/>. On failure the
    /// temporary is removed and the old file is as it was.
    /// </summary>
    /// <exception cref="BadInputException">The system refuses the file: no such folder, no permission, disk full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        Require(path);
        string target = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        Unfinished[temporary] = true;
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
        finally
        {
            Unfinished.TryRemove(temporary, out _);
        }
    }

    /// <summary>Removes what is half written, for a process that is about to end in the middle of it.</summary>
    public static void RemoveUnfinished()
    {
        foreach (string temporary in Unfinished.Keys)
        {
            Remove(temporary);
        }
    }

    /// <summary>As <see cref="Write"/>, for UTF-8 text without a byte order mark.</summary>
    /// <exception cref="BadInputException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a file is one that <see cref="Write"/> had not finished when its process ended.</summary>
    public static bool IsTemporary(string path) => Path.GetFileName(path) is ['.', .., '.', 't', 'm', 'p'];

    /// <summary>A folder cannot be replaced by a file, and a device must not be.</summary>
    private static void Require(string path)
    {
        if (path.Length == 0 || Directory.Exists(path))
        {
            throw new BadInputException($"'{path}': cannot be written: expected the name of a file, found {(path.Length == 0 ? "none" : "a folder")}");
        }

        if (File.Exists(path) && !OperatingSystem.IsWindows() && (File.GetAttributes(path) & FileAttributes.Device) != 0)
        {
            throw new BadInputException($"{path}: cannot be written: expected the name of a file, found a device");
        }
    }

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
