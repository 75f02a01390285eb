using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Settings;

/// <summary>
/// Reads experiment files: YAML with exactly the keys of <see cref="SettingsTable"/>, and <c>base: preset</c> to start from one.
/// </summary>
public static class SettingsReader
{
    private const string BaseKey = "base";
    private const string NetworkKey = "network";

    // An ANN has no neurons: what is here is not read.
    private const string NeuronsUnsaid = "network: { architecture: null, timesteps: 1, leak: 1, reset: hard }";

    /// <summary>Reads a file as <see cref="Read(string, string, IEnumerable{string})"/> reads its text.</summary>
    /// <exception cref="BadInputException">The file cannot be read, or as the text.</exception>
    public static ExperimentSettings ReadFile(string path, IEnumerable<string>? overrides = null) =>
        Read(InputFile.Text(path), path, overrides);

    /// <summary>
    /// Reads an experiment. Keys that the text leaves out come from its base, if it names one; overrides of the form
    /// <c>key.path=value</c> come last, a later one before an earlier.
    /// </summary>
    /// <param name="text">YAML.</param>
    /// <param name="sourceName">What messages call the text: its file name.</param>
    /// <param name="overrides">Values of --set on the command line.</param>
    /// <exception cref="BadInputException">
    /// A key is unknown, missing or there twice, a value has the wrong type or is out of range. The message has place, key, what was
    /// expected, what was found and, for names, the nearest known one.
    /// </exception>
    public static ExperimentSettings Read(string text, string sourceName, IEnumerable<string>? overrides = null) =>
        Read(ConfigParser.File(text, sourceName), overrides);

    /// <summary>The network alone of a file that may be an experiment, or have the key <c>network</c> and no other: T and neurons may then be left out.</summary>
    /// <exception cref="BadInputException">The file cannot be read, or as the text.</exception>
    public static NetworkSettings ReadNetwork(string path)
    {
        ConfigMapping written = ConfigParser.File(InputFile.Text(path), path);
        if (written.Entries is not [{ Key: NetworkKey }])
        {
            return Read(written).Network;
        }

        ConfigMapping mapping = ConfigParser.File(NeuronsUnsaid, NetworkKey).Overlaid(written);
        var settings = (NetworkSettings)Value(SettingsTable.Root.Fields.Single(field => field.Name == NetworkKey), mapping)!;
        return NetworkRules.Broken(settings).FirstOrDefault() is var (key, problem) && key is not null
            ? throw Bad(mapping.PlaceOf(key), key, problem)
            : settings;
    }

    /// <summary>As <see cref="Read(string, string, IEnumerable{string})"/>, of keys and values that were parsed before.</summary>
    internal static ExperimentSettings Read(ConfigMapping written, IEnumerable<string>? overrides = null)
    {
        ConfigMapping mapping = Resolve(written, []);
        foreach (string assignment in overrides ?? [])
        {
            ConfigMapping over = ConfigParser.Override(assignment);
            mapping = mapping.Overlaid(over) with { Place = mapping.Place };
        }

        var settings = (ExperimentSettings)Record(SettingsTable.Root, mapping, "");
        if (SettingsRules.Broken(settings).FirstOrDefault() is var (path, problem) && path is not null)
        {
            throw Bad(mapping.PlaceOf(path), path, problem);
        }

        return settings;
    }

    private static ConfigMapping Resolve(ConfigMapping mapping, IReadOnlyList<string> above)
    {
        if (mapping.Find(BaseKey) is not { } entry)
        {
            return mapping;
        }

        if (entry.Value is not ConfigScalar { IsNull: false, Text: var name })
        {
            throw Bad(entry.Value.Place, BaseKey, $"expected the name of a preset, found {Describe(entry.Value)}");
        }

        if (!Presets.Names.Contains(name))
        {
            string expected = string.Join(", ", Presets.Names);
            throw Bad(entry.Value.Place, BaseKey, $"expected one of {expected}, found '{name}'{NearestName.Hint(name, Presets.Names)}");
        }

        if (above.Contains(name))
        {
            throw Bad(entry.Value.Place, BaseKey, $"the presets {string.Join(", ", above)} have each other as base");
        }

        ConfigMapping below = Resolve(ConfigParser.File(Presets.Text(name), $"preset {name}"), [.. above, name]);
        return below.Overlaid(mapping.Without(BaseKey));
    }

    private static object Record(SettingsGroup group, ConfigMapping mapping, string prefix)
    {
        string[] names = [.. group.Fields.Select(field => field.Name)];
        foreach (ConfigEntry entry in mapping.Entries)
        {
            if (!names.Contains(entry.Key))
            {
                string expected = $"expected one of {string.Join(", ", names)}{NearestName.Hint(entry.Key, names)}";
                throw Bad(entry.Place, prefix + entry.Key, $"unknown key: {expected}");
            }
        }

        return group.Create([.. group.Fields.Select(field => Value(field, mapping))]);
    }

    private static object? Value(SettingsField field, ConfigMapping mapping)
    {
        ConfigNode? node = mapping.Find(field.Name)?.Value;
        switch (node)
        {
            case null when !field.IsOptional:
                throw Bad(mapping.Place, field.Path, $"the key is missing: expected {field.Expected} ({field.Attribute.Summary})");
            case null when field.Group is null || field.AllowsNull:
                return field.Default;
            case ConfigScalar { IsNull: true } when field.AllowsNull:
                return null;
        }

        if (field.Group is { } group)
        {
            return (node ?? new ConfigMapping(mapping.Place, [])) is ConfigMapping inner
                ? Record(group, inner, field.Path + ".")
                : throw Refuse(field, node!, "");
        }

        object value = field.Kind!.Read(node!, (at, hint, element, noun) => Refuse(field, at, hint, element, noun));
        return field.Kind.Number(value) is { } number && !field.Attribute.Allows(number) ? throw Refuse(field, node!, "") : value;
    }

    private static BadInputException Refuse(SettingsField field, ConfigNode node, string hint, string element = "", string? noun = null) =>
        Bad(node.Place, field.Path + element, $"expected {noun ?? field.Expected}, found {Describe(node)}{hint}");

    private static string Describe(ConfigNode node) => node switch
    {
        ConfigScalar { IsNull: true } => "nothing",
        ConfigScalar scalar => $"'{scalar.Text}'",
        ConfigSequence => "a list",
        _ => "a mapping of keys",
    };

    private static BadInputException Bad(Place place, string path, string problem) => new($"{place}: {path}: {problem}");
}
