using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>The sweeps that come with the program: files embedded in it, read like any other.</summary>
public static class SweepPresets
{
    private static readonly EmbeddedFiles Files = new("Sweeps/", "sweep");

    /// <summary>In alphabetical order.</summary>
    public static IReadOnlyList<string> Names => Files.Names;

    /// <summary>The sweep of this name.</summary>
    /// <exception cref="BadInputException">There is none, the message has the nearest; or an override is bad.</exception>
    public static Sweep Read(string name, IEnumerable<string>? overrides = null) => SweepReader.Read(Text(name), $"sweep {name}", overrides);

    /// <summary>The sweep as it is written.</summary>
    /// <exception cref="BadInputException">There is none; the message has the nearest.</exception>
    public static string Text(string name) => Files.Text(name);
}
