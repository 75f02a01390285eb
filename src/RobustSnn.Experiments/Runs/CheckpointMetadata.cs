using System.Globalization;
using Microsoft.FSharp.Collections;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>The metadata of a checkpoint, read with the file's name in every complaint.</summary>
internal sealed class CheckpointMetadata(string path, IReadOnlyDictionary<string, string> values)
{
    public bool Has(string key) => values.ContainsKey(key);

    public string Text(string key) => values.TryGetValue(key, out var text)
        ? text
        : throw new BadInputException(
            $"{path}: expected a checkpoint of rsnn, found no '{key}' in its metadata. Give a file that a run or an export wrote");

    public int Whole(string key) => int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw Wrong(key, "a whole number");

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
        ? value
        : throw Wrong(key, "a number");

    private BadInputException Wrong(string key, string expected) =>
        new($"{path}: metadata '{key}' expected {expected}, found '{Text(key)}'");
}
