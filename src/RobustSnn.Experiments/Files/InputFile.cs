using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>Opens files that the user names.</summary>
internal static class InputFile
{
    /// <summary>Opens for reading.</summary>
    /// <exception cref="BadInputException">There is no such file, or it may not be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The whole file as UTF-8 text.</summary>
    /// <exception cref="BadInputException">As <see cref="Open"/>.</exception>
    public static string Text(string path)
    {
        using var reader = new StreamReader(Open(path));
        return reader.ReadToEnd();
    }
}
