namespace RobustSnn.Experiments.Settings;

/// <summary>Writes experiment files.</summary>
public static class SettingsWriter
{
    /// <summary>
    /// The experiment in full as YAML: no base, defaults written out. <see cref="SettingsReader.ReadFile"/> gives an equal record.
    /// </summary>
    public static string Write(ExperimentSettings settings) => ConfigWriter.File(Mapping(SettingsTable.Root, settings));

    private static ConfigMapping Mapping(SettingsGroup group, object record)
    {
        var entries = new List<ConfigEntry>();
        foreach (SettingsField field in group.Fields)
        {
            if (field.Get(record) is { } value)
            {
                ConfigNode node = field.Kind is null ? Mapping(field.Group!, value) : field.Kind.Write(value);
                entries.Add(new ConfigEntry(field.Name, default, node));
            }
        }

        return new ConfigMapping(default, entries);
    }
}
