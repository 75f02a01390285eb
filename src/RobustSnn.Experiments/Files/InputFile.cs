using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>Opens files that the user names.</summary>
internal static class InputFile
{
    // Far more than any experiment file has.
    private const int MaximumText = 1 << 20;

    /// <summary>Opens for reading.</summary>
    /// <exception cref="BadInputException">There is no such file, it is no regular one, or it may not be read.</exception>
    public static FileStream Open(string path)
    {
        InputPath.RequireFile(path);
        try
        {
            // Whoever writes may put another file in its place meanwhile, which Windows allows only so.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (FileNotFoundException exception)
        {
            throw new BadInputException($"{path}: cannot be read: {exception.Message}{NearbyFiles.Hint(path)}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The whole file as UTF-8 text, of at most 2^20 characters: a file given by mistake may be of any size.</summary>
    /// <exception cref="BadInputException">As <see cref="Open"/>, or the text is longer.</exception>
    public static string Text(string path)
    {
        using var reader = new StreamReader(Open(path));
        var text = new char[MaximumText + 1];
        int length = reader.ReadBlock(text);
        return length <= MaximumText
            ? new string(text, 0, length)
            : throw new BadInputException($"{path}: expected a text of at most {MaximumText} characters, found a longer one; give another file");
    }
}
