using RobustSnn.Experiments.Messages;

namespace RobustSnn.Experiments.Files;

/// <summary>What a person may have meant who gave a name that cannot be read: to be appended to a refusal.</summary>
public static class NearbyFiles
{
    private const int MostNamed = 8;

    /// <summary>Entries of a folder, at most, that are looked at: a folder of images may have very many.</summary>
    private const int MostLookedAt = 10_000;

    /// <summary>"; did you mean 'x'?" with the nearest names of what lies in the same folder; nothing where there is none near.</summary>
    public static string Hint(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) is { } folder
            ? NearestName.Hint(Path.GetFileName(full), Names(() => Directory.EnumerateFileSystemEntries(folder)))
            : "";
    }

    /// <summary>As <see cref="Hint"/>, behind a full stop.</summary>
    public static string Sentence(string path) => Hint(path) is { Length: > 0 } hint ? $" D{hint["; d".Length..]}" : "";

    /// <summary>"; it has a.safetensors, b.safetensors" with a folder's checkpoints, or where it has none, its files; nothing where it is empty.</summary>
    public static string In(string folder)
    {
        string[] files = [.. Names(() => Directory.EnumerateFiles(folder)).Order(StringComparer.Ordinal)];
        string[] checkpoints = Array.FindAll(files, file => Path.GetExtension(file) is ".safetensors" or ".pth" && !file.Contains(".partial.", StringComparison.Ordinal));
        string[] named = checkpoints.Length > 0 ? checkpoints : files;
        return named.Length == 0 ? "" : $"; it has {string.Join(", ", named.Take(MostNamed))}{(named.Length > MostNamed ? $" and {named.Length - MostNamed} more" : "")}";
    }

    private static string[] Names(Func<IEnumerable<string>> entries)
    {
        try
        {
            return [.. entries().Take(MostLookedAt).Select(entry => Path.GetFileName(entry)).Where(name => !name.StartsWith('.'))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The refusal itself says what is wrong; there is nothing to add.
            return [];
        }
    }
}
