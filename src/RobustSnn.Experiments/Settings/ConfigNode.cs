namespace RobustSnn.Experiments.Settings;

/// <summary>Where something was written. Line 0: the source has no lines.</summary>
internal readonly record struct Place(string Source, long Line, long Column)
{
    public override string ToString() => Line == 0 ? Source : FormattableString.Invariant($"{Source}:{Line}:{Column}");
}

/// <summary>A piece of an experiment file, before it is known what it should be.</summary>
internal abstract record ConfigNode(Place Place);

/// <summary>A single value. A plain (unquoted) empty one, <c>~</c> or <c>null</c>, stands for no value.</summary>
internal sealed record ConfigScalar(Place Place, string Text, bool Plain) : ConfigNode(Place)
{
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record ConfigSequence(Place Place, IReadOnlyList<ConfigNode> Items) : ConfigNode(Place);

/// <summary>One key of a mapping.</summary>
internal sealed record ConfigEntry(string Key, Place Place, ConfigNode Value);

/// <summary>Keys and values in the order of the file.</summary>
internal sealed record ConfigMapping(Place Place, IReadOnlyList<ConfigEntry> Entries) : ConfigNode(Place)
{
    public ConfigEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

    public ConfigMapping Without(string key) => this with { Entries = [.. Entries.Where(entry => entry.Key != key)] };

    /// <summary>These keys, with those of the other laid over them; mappings in mappings likewise.</summary>
    public ConfigMapping Overlaid(ConfigMapping over)
    {
        var merged = Entries.Select(entry => over.Find(entry.Key) switch
        {
            null => entry,
            { Value: ConfigMapping inner } found when entry.Value is ConfigMapping own => found with { Value = own.Overlaid(inner) },
            var found => found,
        });
        return new ConfigMapping(over.Place, [.. merged, .. over.Entries.Where(entry => Find(entry.Key) is null)]);
    }

    /// <summary>Where a dotted path was written, or the innermost of its mappings that is there.</summary>
    public Place PlaceOf(string path)
    {
        string[] keys = path.Split('.', 2);
        return (Find(keys[0]), keys) switch
        {
            (null, _) => Place,
            ({ Value: ConfigMapping inner }, [_, var rest]) => inner.PlaceOf(rest),
            ({ Value: var value }, _) => value.Place,
        };
    }
}
