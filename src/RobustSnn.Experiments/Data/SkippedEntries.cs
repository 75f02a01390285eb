using System.Collections.Immutable;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Files and folders among the images that are no data: what editors, notebooks and file managers leave behind. They are skipped, and
/// said to be, once.
/// </summary>
public sealed class SkippedEntries
{
    private static readonly ImmutableArray<string> LeftBehind = ["__MACOSX", "Thumbs.db", "desktop.ini"];

    private string? first;
    private int count;

    /// <summary>Whether the name says that it is no data, e.g. <c>.ipynb_checkpoints</c>, <c>._x.png</c>, <c>Thumbs.db</c>.</summary>
    public static bool IsHidden(string name) => name.StartsWith('.') || LeftBehind.Contains(name, StringComparer.OrdinalIgnoreCase);

    public void Add(string path)
    {
        first ??= path;
        count++;
    }

    /// <summary>Nothing, or one sentence: how many, and the first.</summary>
    public ImmutableArray<string> Sentences(string directory) => first is null
        ? []
        : [$"{directory}: skipped {count} {(count == 1 ? "entry that is" : "entries that are")} no image, first {first}"];
}
