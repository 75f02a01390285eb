using System.Globalization;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>
/// Reads sweep files: YAML with <c>name</c>, <c>base</c> (a preset), <c>set</c> (settings of all runs), <c>runs</c> (named runs, each with
/// its settings), <c>grid</c> (lists of values of keys, of which every combination is a run) and <c>seeds</c>.
/// </summary>
public static class SweepReader
{
    private const string BaseKey = "base";
    private const int MostRuns = 1000;

    // So long that it may be a folder's name everywhere.
    private const int LongestName = 120;

    private static readonly string[] Keys = ["name", "description", BaseKey, "set", "runs", "grid", "seeds"];

    /// <summary>Reads a file as <see cref="Read"/> reads its text.</summary>
    /// <exception cref="BadInputException">The file cannot be read, or as <see cref="Read"/>.</exception>
    public static Sweep ReadFile(string path, IEnumerable<string>? overrides = null) => Read(InputFile.Text(path), path, overrides);

    /// <summary>Reads a sweep.</summary>
    /// <param name="sourceName">What messages call the text: its file name.</param>
    /// <param name="overrides">Values of --set, for all runs; they come last.</param>
    /// <exception cref="BadInputException">
    /// A key is unknown, missing or has another form, two runs are the same, or the settings of a run are none: the message has the place.
    /// </exception>
    public static Sweep Read(string text, string sourceName, IEnumerable<string>? overrides = null)
    {
        var file = ConfigParser.File(text, sourceName);
        if (file.Entries.FirstOrDefault(entry => !Keys.Contains(entry.Key)) is { } stranger)
        {
            throw Bad(stranger.Place, stranger.Key, $"unknown key: expected one of {string.Join(", ", Keys)}{NearestName.Hint(stranger.Key, Keys)}");
        }

        var name = Scalar(file, "name") ?? throw Bad(file.Place, "name", "the key is missing: expected the name of the sweep");
        if (name.Text.StartsWith('.') || name.Text.Length == 0 || name.Text.Any(letter => !IsPlain(letter)))
        {
            throw Bad(name.Place, "name", $"expected letters, digits, '.', '_' and '-', not beginning with '.', found '{name.Text}'");
        }

        var common = Common(file);
        var hasSeeds = file.Find("seeds") is not null;
        var seeds = Seeds(file);
        string[] changes = [.. overrides ?? []];
        var cells = Named(file).Concat(Grid(file)).ToArray();
        SweepRules.RequireNoNames([("set", common), .. cells.Select(cell => ($"runs.{cell.Label}", cell.Settings))], hasSeeds);
        foreach (var change in changes)
        {
            SweepRules.RequireCommon(change, cells, hasSeeds);
        }

        if (cells.Length == 0)
        {
            throw Bad(file.Place, "runs", "expected runs, or a grid with values, found neither");
        }

        RequireRuns(file.Place, (long)cells.Length * seeds.Count);
        var runs = new List<SweepRun>();
        foreach (var (label, settings) in cells)
        {
            foreach (var seed in seeds)
            {
                runs.Add(Run(name.Text, label, common.Overlaid(settings), seed, changes));
            }
        }

        SweepRules.RequireDifferent(file.Place, runs);
        return new Sweep(name.Text, Scalar(file, "description")?.Text, runs);
    }

    private static SweepRun Run(string sweep, string label, ConfigMapping settings, ConfigScalar? seed, string[] overrides)
    {
        var folder = Plain(label) + (seed is null ? "" : $"-seed{seed.Text}");
        if (label.Length == 0 || folder.Length > LongestName || folder == SweepRunner.ResultsName)
        {
            throw Bad(settings.Place, "runs", $"expected a name of 1 to {LongestName} letters for each run, not {SweepRunner.ResultsName}, found '{label}'");
        }

        var mapping = settings.Overlaid(Mapping(settings.Place, ["name"], new ConfigScalar(settings.Place, $"{sweep}-{folder}", Plain: false)));
        if (seed is not null)
        {
            mapping = mapping.Overlaid(Mapping(seed.Place, ["seed"], seed)) with { Place = settings.Place };
        }

        var read = SettingsReader.Read(mapping, overrides);
        return new SweepRun(label, read.Seed, folder, read);
    }

    /// <summary>The base, and what all runs have beside it.</summary>
    private static ConfigMapping Common(ConfigMapping file)
    {
        var common = file.Find("set") switch
        {
            null => new ConfigMapping(file.Place, []),
            { Value: ConfigMapping set } => set,
            var other => throw Bad(other.Value.Place, "set", "expected a mapping of settings"),
        };
        return file.Find(BaseKey) is { } entry ? common with { Entries = [entry, .. common.Entries] } : common;
    }

    /// <summary>Runs with names.</summary>
    private static IEnumerable<(string Label, ConfigMapping Settings)> Named(ConfigMapping file)
    {
        if (file.Find("runs") is not { } runs)
        {
            yield break;
        }

        if (runs.Value is not ConfigMapping named)
        {
            throw Bad(runs.Value.Place, "runs", "expected a name for each run, with its settings: dense: { prune: { sparsity: 0 } }");
        }

        foreach (var run in named.Entries)
        {
            yield return run.Value switch
            {
                ConfigMapping settings => (run.Key, settings),
                ConfigScalar { IsNull: true } => (run.Key, new ConfigMapping(run.Place, [])),
                _ => throw Bad(run.Value.Place, $"runs.{run.Key}", "expected a mapping of settings"),
            };
        }
    }

    /// <summary>Every combination of the grid's values, the last key's changing fastest; called by its values.</summary>
    private static IEnumerable<(string Label, ConfigMapping Settings)> Grid(ConfigMapping file)
    {
        if (file.Find("grid") is not { } grid)
        {
            return [];
        }

        if (grid.Value is not ConfigMapping { Entries.Count: > 0 } axes)
        {
            throw Bad(grid.Value.Place, "grid", "expected keys with lists of values: prune.sparsity: [0.9, 0.99]");
        }

        IEnumerable<(string Label, ConfigMapping Settings)> cells = [("", new ConfigMapping(grid.Place, []))];
        var count = 1L;
        foreach (var axis in axes.Entries)
        {
            var values = axis.Value is ConfigSequence { Items.Count: > 0 } list
                ? list.Items
                : throw Bad(axis.Value.Place, $"grid.{axis.Key}", "expected a list of values");
            count *= values.Count;
            RequireRuns(grid.Place, count);
            cells = cells.SelectMany(cell => values.Select(value =>
                ($"{cell.Label} {Text(value)}".Trim(), cell.Settings.Overlaid(Mapping(axis.Place, axis.Key.Split('.'), value)))));
        }

        return cells;
    }

    private static void RequireRuns(Place place, long count)
    {
        if (count > MostRuns)
        {
            throw Bad(place, "grid", $"expected at most {MostRuns} runs, found {count} or more");
        }
    }

    private static string Text(ConfigNode value) => value is ConfigScalar scalar
        ? scalar.Text
        : throw Bad(value.Place, "grid", "expected single values, found a list or a mapping; give such a run a name, under runs");

    private static IReadOnlyList<ConfigScalar?> Seeds(ConfigMapping file) => file.Find("seeds")?.Value switch
    {
        null => new ConfigScalar?[] { null },
        ConfigSequence { Items.Count: > 0 } list => Different([.. list.Items.Select(Seed)]),
        var other => [Seed(other)],
    };

    private static ConfigScalar[] Different(ConfigScalar[] seeds) =>
        seeds.GroupBy(seed => ulong.Parse(seed.Text, NumberStyles.None, CultureInfo.InvariantCulture)).FirstOrDefault(group => group.Count() > 1) is { } same
            ? throw Bad(same.Last().Place, "seeds", $"expected different seeds, found {same.Key} {same.Count()} times")
            : seeds;

    private static ConfigScalar Seed(ConfigNode node) =>
        node is ConfigScalar scalar && ulong.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? scalar
            : throw Bad(node.Place, "seeds", "expected a list of whole numbers from 0");

    private static ConfigScalar? Scalar(ConfigMapping file, string key) => file.Find(key) switch
    {
        null => null,
        { Value: ConfigScalar { IsNull: false } scalar } => scalar,
        var other => throw Bad(other.Value.Place, key, "expected text in one line"),
    };

    private static ConfigMapping Mapping(Place place, string[] keys, ConfigNode value)
    {
        foreach (var key in keys.Reverse())
        {
            value = new ConfigMapping(place, [new ConfigEntry(key, place, value)]);
        }

        return (ConfigMapping)value;
    }

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';

    /// <summary>As a folder's name: "harp 8/255" is harp-8-255.</summary>
    private static string Plain(string label)
    {
        var plain = string.Concat(label.Select(letter => IsPlain(letter) ? letter : '-'));
        return plain.StartsWith('.') ? $"-{plain}" : plain;
    }

    internal static BadInputException Bad(Place place, string key, string problem) => new($"{place}: {key}: {problem}");
}
