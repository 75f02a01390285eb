using System.Collections.Concurrent;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>Writes whole files so that a reader, or a power cut, sees the old file or the new one and nothing between.</summary>
public static class AtomicFile
{
    /// <summary>Where files are devices and the kernel's, but for /dev/shm, which is memory that anybody may use.</summary>
    private static readonly string[] SystemFolders = ["/dev/", "/proc/", "/sys/"];

    private static readonly ConcurrentDictionary<string, bool> Unfinished = new();

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to disk and renames over <paramref name="path"/>. On failure the
    /// temporary is removed and the old file is as it was.
    /// </summary>
    /// <exception cref="BadInputException">The system refuses the file: no such folder, no permission, disk full.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, flushToDisk: true);

    /// <summary>As <see cref="WriteText"/>, without waiting for the disk: for what is worth nothing after a power cut.</summary>
    /// <exception cref="BadInputException">As <see cref="Write(string, Action{Stream})"/>.</exception>
    internal static void WriteTextLightly(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)), flushToDisk: false);

    private static void Write(string path, Action<Stream> write, bool flushToDisk)
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
                stream.Flush(flushToDisk);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception exception)
        {
            Remove(temporary);
            if (exception is IOException or UnauthorizedAccessException)
            {
                string why = exception.Message.Replace(temporary, target, StringComparison.Ordinal);
                throw new BadInputException($"{path}: cannot be written: {why} An older file is as it was.", exception);
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

    /// <summary>As <see cref="Write(string, Action{Stream})"/>, for UTF-8 text without a byte order mark.</summary>
    /// <exception cref="BadInputException">As <see cref="Write(string, Action{Stream})"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a file is one that <see cref="Write(string, Action{Stream})"/> had not finished when its process ended.</summary>
    public static bool IsTemporary(string path) => Path.GetFileName(path) is ['.', .., '.', 't', 'm', 'p'];

    /// <summary>A folder cannot be replaced by a file, and a device must not be.</summary>
    private static void Require(string path)
    {
        if (path.Length == 0 || Directory.Exists(path))
        {
            throw new BadInputException($"'{path}': cannot be written: expected the name of a file, found {(path.Length == 0 ? "none" : "a folder")}");
        }

        string target = Path.GetFullPath(path);
        if (!OperatingSystem.IsWindows() && !target.StartsWith("/dev/shm/", StringComparison.Ordinal)
            && Array.Exists(SystemFolders, folder => target.StartsWith(folder, StringComparison.Ordinal)))
        {
            throw new BadInputException($"{path}: cannot be written: expected the name of a file, found one of the system's: a file would take its place");
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
