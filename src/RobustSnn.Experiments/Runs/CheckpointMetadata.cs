using System.Globalization;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>The metadata of a checkpoint, read with the file's name in every complaint.</summary>
internal sealed class CheckpointMetadata(string path, IReadOnlyDictionary<string, string> values)
{
    /// <summary>What checkpoints that this program writes have under "format".</summary>
    public const string Format = "rsnn-model-2";

    /// <summary>What quantised checkpoints that this program writes have there.</summary>
    public const string QuantisedFormat = QuantisedPrefix + "1";

    /// <summary>Where the names of the classes are.</summary>
    public const string ClassNamesKey = "class_names";

    /// <summary>T of the longest pass.</summary>
    public const int MostTimesteps = 1000;

    private const string ProgramPrefix = "rsnn-";
    private const string FormatPrefix = ProgramPrefix + "model-";
    private const string QuantisedPrefix = ProgramPrefix + "quantised-";
    private const int NewestFormat = 2;
    private const int NewestQuantised = 1;

    /// <summary>Whether they are of a file that this program wrote, in whatever format.</summary>
    public static bool AreOwn(IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("format")?.StartsWith(ProgramPrefix, StringComparison.Ordinal) is true;

    /// <summary>Whether they are of a quantised checkpoint, in whatever format.</summary>
    public static bool AreQuantised(IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("format")?.StartsWith(QuantisedPrefix, StringComparison.Ordinal) is true;

    /// <summary>Where a key is, for refusals to begin with.</summary>
    public string Place(string key) => $"{path}: metadata '{key}'";

    public bool Has(string key) => values.ContainsKey(key);

    public string Text(string key) => values.TryGetValue(key, out var text)
        ? text
        : throw new BadInputException(
            $"{path}: expected a checkpoint of rsnn, found no '{key}' in its metadata. Give a file that a run or an export wrote");

    public int Whole(string key) => int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw Wrong(key, "a whole number");

    /// <summary>The format's number.</summary>
    /// <exception cref="BadInputException">The file is of no format that this program reads; a newer one is named.</exception>
    public int RequireFormat()
    {
        if (AreQuantised(values))
        {
            throw new BadInputException(
                $"{path}: is a quantised checkpoint, whose weights are integers; expected one in floats. Give the checkpoint that it was made from");
        }

        return Version(FormatPrefix, NewestFormat);
    }

    /// <summary>That the file is a quantised checkpoint that this program reads.</summary>
    /// <exception cref="BadInputException">It is none, or of a newer format, which is named.</exception>
    public void RequireQuantised()
    {
        if (Text("format").StartsWith(FormatPrefix, StringComparison.Ordinal))
        {
            throw new BadInputException($"{path}: is a checkpoint in floats, expected a quantised one, as `rsnn quantise` makes of it");
        }

        Version(QuantisedPrefix, NewestQuantised);
    }

    private int Version(string prefix, int newest)
    {
        var format = Text("format");
        var number = format.StartsWith(prefix, StringComparison.Ordinal) ? format[prefix.Length..] : "";
        var isNumber = number.Length > 0 && number[0] != '0' && number.All(char.IsAsciiDigit);
        if (isNumber && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version <= newest)
        {
            return version;
        }

        if (isNumber)
        {
            throw new BadInputException(
                $"{path}: made by a newer rsnn: format {number}, this program reads up to {newest}. Use the newer program");
        }

        throw Wrong("format", newest > 1 ? $"{prefix}1 to {prefix}{newest}" : $"{prefix}1");
    }

    /// <summary>T, from 0 to 1,000.</summary>
    public int Timesteps() => Whole("timesteps") is var timesteps and <= MostTimesteps
        ? timesteps
        : throw Wrong("timesteps", $"a whole number from 0 to {MostTimesteps}");

    /// <summary>What the network's classes are called, in the order of its logits; null where the file does not say.</summary>
    /// <exception cref="BadInputException">Not one different name for each of the classes.</exception>
    public IReadOnlyList<string>? ClassNames(int classes)
    {
        if (!Has(ClassNamesKey))
        {
            return null;
        }

        string[]? names = null;
        try
        {
            names = JsonSerializer.Deserialize<string[]>(Text(ClassNamesKey));
        }
        catch (JsonException)
        {
            // refused below, with what was found
        }

        return names is not null && Array.TrueForAll(names, name => !string.IsNullOrWhiteSpace(name)) && names.Distinct().Count() == names.Length
            && names.Length == classes
            ? names
            : throw Wrong(ClassNamesKey, $"a JSON list of {classes} different names");
    }

    /// <summary>Above 0, at most 1.</summary>
    public double Leak() => Number("leak") is var leak and > 0 and <= 1 ? leak : throw Wrong("leak", "a number above 0, at most 1");

    public Reset Reset() => Text("reset") switch
    {
        "hard" => Model.Reset.Hard,
        "soft" => Model.Reset.Soft,
        _ => throw Wrong("reset", "hard or soft"),
    };

    public double Number(string key) => Parse(key, Text(key));

    public bool Flag(string key) => Text(key) switch
    {
        "true" => true,
        "false" => false,
        _ => throw Wrong(key, "true or false"),
    };

    public FSharpList<double> Numbers(string key) => ListModule.OfSeq(Text(key).Split(',').Select(part => Parse(key, part)));

    public Shape Shape(string key)
    {
        var sizes = Text(key).Split('x');
        return sizes.Length == 3 && Array.TrueForAll(sizes, size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? new Shape(Size(sizes[0]), Size(sizes[1]), Size(sizes[2]))
            : throw Wrong(key, "channels x rows x columns, e.g. 3x32x32");
    }

    private static int Size(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private double Parse(string key, string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
        ? value
        : throw Wrong(key, "a finite number");

    private BadInputException Wrong(string key, string expected) =>
        new($"{Place(key)} expected {expected}, found '{Text(key)}'");
}
