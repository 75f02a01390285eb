using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>The experiments that come with the program: files embedded in it, read like any other.</summary>
public static class Presets
{
    private static readonly EmbeddedFiles Files = new("Presets/", "preset");

    /// <summary>In alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Files.Names;

    /// <summary>The experiment of this name.</summary>
    /// <exception cref="BadInputException">There is none, the message has the nearest; or an override is bad.</exception>
    public static ExperimentSettings Read(string name, IEnumerable<string>? overrides = null) =>
        SettingsReader.Read(Text(name), $"preset {name}", overrides);

    /// <summary>The preset as it is written.</summary>
    /// <exception cref="BadInputException">There is none; the message has the nearest.</exception>
    public static string Text(string name) => Files.Text(name);
}
