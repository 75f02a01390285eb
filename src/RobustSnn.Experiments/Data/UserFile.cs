using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Reading what a user points at: what goes wrong is theirs to mend, so the message says which file and what it is for.</summary>
internal static class UserFile
{
    /// <summary>Far more than an image or a list of classes has.</summary>
    public const int UsualMaximumBytes = 1 << 28;

    /// <param name="maximumBytes">More than any file of its kind has, at most <see cref="Array.MaxLength"/>.</param>
    /// <exception cref="BadInputException">The file is missing, no regular one, larger, or may not be read.</exception>
    public static byte[] ReadAllBytes(string path, string expected, int maximumBytes = UsualMaximumBytes)
    {
        byte[] bytes = [];
        Read(path, expected, file =>
        {
            if (file.Length > maximumBytes)
            {
                throw new BadInputException($"{path}: has {file.Length} bytes, more than {maximumBytes}. Expected {expected}.");
            }

            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        });
        return bytes;
    }

    /// <summary>Opens a file of any size, without a buffer, and reads of it what <paramref name="read"/> reads.</summary>
    /// <exception cref="BadInputException">The file is missing, no regular one, ends too early, or may not be read.</exception>
    public static void Read(string path, string expected, Action<FileStream> read)
    {
        InputPath.RequireName(path);
        if (InputPath.OtherKind(path) is { } kind)
        {
            throw new BadInputException($"{path}: is {kind}. Expected {expected}.");
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            read(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: no such file. Expected {expected}.{NearbyFiles.Sentence(path)}", error);
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

        InputPath.RequireName(path);
        try
        {
            // Unlike Directory.Exists, this tells a folder that is not there from one that may not be reached.
            if (!File.GetAttributes(path).HasFlag(FileAttributes.Directory))
            {
                throw new BadInputException($"{path}: is {InputPath.OtherKind(path) ?? "a file"}. Expected {expected}.");
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: no such folder. Expected {expected}.{NearbyFiles.Sentence(path)}", error);
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
        InputPath.RequireName(folder);
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
