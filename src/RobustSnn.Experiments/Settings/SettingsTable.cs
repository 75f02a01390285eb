namespace RobustSnn.Experiments.Settings;

/// <summary>One key of experiment files, for listing.</summary>
/// <param name="Path">Dotted, e.g. pretrain.epochs.</param>
/// <param name="Expected">Type and range in words.</param>
/// <param name="Default">What stands in for it where it is left out; null where nothing does.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
/// <param name="Summary">What it is, in one line.</param>
public sealed record SettingKey(string Path, string Expected, string? Default, bool IsOptional, string Summary);

/// <summary>A key in which two experiments differ; null: left out.</summary>
public sealed record SettingDifference(string Path, string? First, string? Second)
{
    public override string ToString() => $"{Path}: {First ?? "(none)"} against {Second ?? "(none)"}";
}

/// <summary>Every key of experiment files, derived from the records of <see cref="ExperimentSettings"/>.</summary>
public static class SettingsTable
{
    internal static SettingsGroup Root { get; } = new(typeof(ExperimentSettings), "");

    /// <summary>The keys that hold values, in the order of the file.</summary>
    public static IReadOnlyList<SettingKey> Keys { get; } =
    [
        .. Leaves(Root).Select(field => new SettingKey(
            field.Path,
            field.Expected,
            field.Default is { } value ? ConfigWriter.Inline(field.Kind!.Write(value)) : null,
            field.IsOptional,
            field.Attribute.Summary)),
    ];

    /// <summary>The keys in which two experiments differ, in the order of the file.</summary>
    public static IReadOnlyList<SettingDifference> Differences(ExperimentSettings first, ExperimentSettings second) =>
        [.. Differences(Root, first, second)];

    private static IEnumerable<SettingsField> Leaves(SettingsGroup group) =>
        group.Fields.SelectMany(field => field.Group is null ? [field] : Leaves(field.Group));

    private static IEnumerable<SettingDifference> Differences(SettingsGroup group, object? first, object? second) =>
        group.Fields.SelectMany(field => (field.Get(first), field.Get(second)) switch
        {
            var (a, b) when Equals(a, b) => [],
            var (a, b) when field.Group is not null => InGroup(field, a, b),
            var (a, b) => [new SettingDifference(field.Path, Text(field, a), Text(field, b))],
        });

    /// <summary>A group that says nothing is another thing than none.</summary>
    private static IEnumerable<SettingDifference> InGroup(SettingsField field, object? first, object? second)
    {
        SettingDifference[] inside = [.. Differences(field.Group!, first, second)];
        return inside.Length > 0 ? inside : [new SettingDifference(field.Path, first is null ? null : "{}", second is null ? null : "{}")];
    }

    private static string? Text(SettingsField field, object? value) => value is null ? null : ConfigWriter.Inline(field.Kind!.Write(value));
}
