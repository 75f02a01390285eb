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
            return File.ReadAllBytes(path);
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
