using System.Reflection;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>The YAML files of one folder that the program carries with it.</summary>
/// <param name="folder">Its name, with a slash at the end.</param>
/// <param name="noun">What messages call such a file.</param>
internal sealed class EmbeddedFiles(string folder, string noun)
{
    private const string Extension = ".yaml";

    private static readonly Assembly Assembly = typeof(EmbeddedFiles).Assembly;

    /// <summary>Without their extension, in alphabetical order.</summary>
    public IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => name[folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A file as it is written.</summary>
    /// <exception cref="BadInputException">There is none of that name; the message has the nearest.</exception>
    public string Text(string name)
    {
        using Stream? stream = Names.Contains(name) ? Assembly.GetManifestResourceStream(folder + name + Extension) : null;
        if (stream is null)
        {
            throw new BadInputException($"{noun} '{name}' does not exist: expected one of {string.Join(", ", Names)}{NearestName.Hint(name, Names)}");
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
