using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Reading what a user points at: what goes wrong is theirs to mend, so the message says which file and what it is for.</summary>
internal static class UserFile
{
    /// <exception cref="BadInputException">The file is missing, may not be read, or cannot be.</exception>
    public static byte[] ReadAllBytes(string path, string expected)
    {
        try
        {
            // A pipe or a device has no length, and reading one may never end.
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            return file is FileInfo { Exists: true, Length: 0 } ? [] : File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: no such file. Expected {expected}.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read ({error.Message}). Expected {expected}.", error);
        }
    }

    /// <summary>Makes sure that there is a folder, and says what is there instead.</summary>
    /// <exception cref="BadInputException">There is none, it is a file, or it may not be looked at.</exception>
    public static void RequireFolder(string path, string expected)
    {
        if (path.Length == 0)
        {
            throw new BadInputException($"An empty name was given for {expected}.");
        }

        try
        {
            // Unlike Directory.Exists, this tells a folder that is not there from one that may not be reached.
            if (!File.GetAttributes(path).HasFlag(FileAttributes.Directory))
            {
                throw new BadInputException($"{path}: is a file. Expected {expected}.");
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: no such folder. Expected {expected}.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be opened ({error.Message}). Expected {expected}.", error);
        }
    }

    /// <summary>Names of the entries of a folder that <paramref name="list"/> gives, in ordinal order, the same on every machine.</summary>
    /// <exception cref="BadInputException">The folder may not be read.</exception>
    public static string[] Names(string folder, Func<string, IEnumerable<string>> list)
    {
        try
        {
            var names = list(folder).Select(path => Path.GetFileName(path)).ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder}: cannot be listed ({error.Message}).", error);
        }
    }
}
