using System.Security.Cryptography;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>Which checkpoint another was made from: its SHA-256, so that a chain of stages can be held against what is there.</summary>
internal static class CheckpointOrigin
{
    private const string Key = "made_from";
    private const string Prefix = "sha256:";

    /// <summary>The name of a checkpoint's content.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(file))}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What a file says that it was made from.</summary>
    /// <exception cref="BadInputException">It says nothing, or what is no name of a content.</exception>
    public static string Read(CheckpointMetadata metadata)
    {
        var origin = metadata.Text(Key);
        return origin.StartsWith(Prefix, StringComparison.Ordinal) && origin.Length == Prefix.Length + 2 * SHA256.HashSizeInBytes
            && origin.AsSpan(Prefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0
            ? origin
            : throw new BadInputException($"{metadata.Place(Key)} expected {Prefix} and {2 * SHA256.HashSizeInBytes} hexadecimal digits, found '{origin}'");
    }

    /// <summary>Metadata that say what the checkpoint was made from; as they are for a network that began new.</summary>
    public static IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> metadata, string? origin) =>
        origin is null ? metadata : new SortedDictionary<string, string>(metadata.ToDictionary(), StringComparer.Ordinal) { [Key] = origin };

    /// <summary>Refuses a file that says that it was made from something else. Files of programs before this was written say nothing.</summary>
    /// <param name="source">The file that it should have been made from, for the message; null for a new network.</param>
    /// <exception cref="BadInputException">It was made from another.</exception>
    public static void Require(string path, IReadOnlyDictionary<string, string> metadata, string? source, string? origin)
    {
        if (metadata.TryGetValue(Key, out var found) && found != origin)
        {
            throw new BadInputException(
                $"{path}: made from another network than {source ?? "a new one"}: expected {origin ?? "none"}, found {found}. "
                + $"Remove {path} and what was made from it to make them anew, or bring the network back that it was made from");
        }
    }
}
