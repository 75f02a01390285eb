using System.Reflection;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>The experiments that come with the program: files embedded in it, read like any other.</summary>
public static class Presets
{
    private const string Folder = "Presets/";
    private const string Extension = ".yaml";

    private static readonly Assembly Assembly = typeof(Presets).Assembly;

    /// <summary>In alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The experiment of this name.</summary>
    /// <exception cref="BadInputException">There is none, the message has the nearest; or an override is bad.</exception>
    public static ExperimentSettings Read(string name, IEnumerable<string>? overrides = null) =>
        SettingsReader.Read(Text(name), $"preset {name}", overrides);

    /// <summary>The preset as it is written.</summary>
    /// <exception cref="BadInputException">There is none; the message has the nearest.</exception>
    public static string Text(string name)
    {
        using Stream? stream = Names.Contains(name) ? Assembly.GetManifestResourceStream(Folder + name + Extension) : null;
        if (stream is null)
        {
            throw new BadInputException(
                $"preset '{name}' does not exist: expected one of {string.Join(", ", Names)}{NearestName.Hint(name, Names)}");
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
