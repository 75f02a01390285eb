namespace RobustSnn.Experiments.Data;

/// <summary>What keeps a folder from being a whole data set, without reading more than names and sizes.</summary>
internal static class FileGap
{
    /// <summary>In words, that a file is missing or of another length; null where it is as it should be.</summary>
    public static string? Find(string folder, string name, long expected)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        return !file.Exists ? $"{name} is missing"
            : file.Length != expected ? $"{name} has {file.Length} bytes instead of {expected}"
            : null;
    }
}
