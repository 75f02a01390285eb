using RobustSnn.Model;

namespace RobustSnn.Exchange.Folders;

/// <summary>Writes a whole folder so that a reader sees all of it or nothing.</summary>
public static class NewFolder
{
    /// <summary>
    /// Has the files written to a folder of another name beside it, which takes its name when all of them are there. On failure nothing is left.
    /// </summary>
    /// <param name="path">A folder that is not there yet, or is empty.</param>
    /// <param name="write">Given the folder to write to.</param>
    /// <exception cref="BadInputException">Something is there already, or the system refuses the folder.</exception>
    public static void Write(string path, Action<string> write)
    {
        RequireNew(path);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (Directory.Exists(target))
            {
                // A folder takes no other's place; this one was empty, or it is not removed and the move fails.
                Directory.Delete(target);
            }

            Directory.Move(temporary, target);
        }
        catch (Exception exception)
        {
            Remove(temporary);
            if (exception is IOException or UnauthorizedAccessException)
            {
                string why = exception.Message.Replace(temporary, target, StringComparison.Ordinal);
                throw new BadInputException($"{path}: cannot be written: {why} Nothing is there.", exception);
            }

            throw;
        }
    }

    /// <exception cref="BadInputException">Something is there already, or the folder above is not.</exception>
    public static void RequireNew(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new BadInputException("expected the name of a folder to write, found an empty one");
        }

        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(target))
        {
            throw new BadInputException($"{path}: is a file; expected the name of a folder that is not there yet");
        }

        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new BadInputException($"{path}: is a folder that has files already; expected one that is empty or not there yet");
        }

        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new BadInputException($"{path}: expected the folder above to be there, which it is not. Make it, or give another name");
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here says more than a temporary that cannot be removed.
        }
    }
}
