using System.Collections.Immutable;
using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>A folder of one test's own, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rsnn-data-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, making its folders.</summary>
    public string Write(string relative, byte[] content)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class Refused
{
    /// <summary>The action must fail as the user's mistake, with a message that has every one of the parts.</summary>
    public static void With(TestDelegate action, params string[] parts) =>
        Check(Assert.Throws<BadInputException>(action)!, parts);

    /// <inheritdoc cref="With"/>
    public static void WithAsync(AsyncTestDelegate action, params string[] parts) =>
        Check(Assert.ThrowsAsync<BadInputException>(action)!, parts);

    private static void Check(BadInputException error, string[] parts)
    {
        Assert.Multiple(() =>
        {
            foreach (var part in parts)
            {
                Assert.That(error.Message, Does.Contain(part));
            }
        });
    }
}

internal static class Sets
{
    /// <summary>Images whose bytes are all different functions of (image, position); labels as given.</summary>
    public static ImageSet Make(Shape shape, params int[] labels)
    {
        ImmutableArray<byte> pixels =
            [.. Enumerable.Range(0, labels.Length * shape.Count).Select(i => (byte)(1 + (i * 37 % 255)))];
        ImmutableArray<string> classes = [.. Enumerable.Range(0, labels.Max() + 1).Select(label => $"class {label}")];
        return new ImageSet("made", shape, classes, pixels, [.. labels]);
    }
}

/// <summary>
/// Small pictures made for these tests, 6 rows × 8 columns: red 30·column, green 40·row, blue 200 − 20·column; the grey ones
/// 10·column + 20·row.
/// </summary>
internal static class Pictures
{
    public const int Rows = 6;
    public const int Columns = 8;

    public static byte[] Jpeg => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/"
        + "2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAGAAgDAREAAhEBAxEB/8QA"
        + "FAABAAAAAAAAAAAAAAAAAAAABv/EABwQAAEDBQAAAAAAAAAAAAAAAAcAASMECUFD0f/EABUBAQEAAAAAAAAAAAAAAAAAAAUG/8QAIBEAAAUDBQAAAAAAAAAA"
        + "AAAAAAUHCEEBAjETISPh8P/aAAwDAQACEQMRAD8AOgW1gNYJKPGt+JhxSvmtNbM+yJVtC7nXDtdE9j//2Q==");

    public static byte[] GreyJpeg => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/"
        + "wAALCAAGAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAB//EAB4QAAAEBwAAAAAAAAAAAAAAAAABBAYICSIkQUPR/9oACAEBAAA/AAWEmXCwLWtLjWfB/9k=");

    public static byte[] CmykJpeg => Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AA"
        + "FAgABgAIBEMRAE0RAFkRAEsRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAECBAf/xAAbEAACAQUAAAAAAAAAAAAAAAAABgQWQkNikf/aAA4EQwBNAFkASwAAPwCN"
        + "Nxi0fG14FhuNAP/Z");

    public static byte[] Png => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAGUlEQVR42mNkYDghx/AGE7EwaDBgBfSQAACKsgjsGs2UtQAAAABJRU5ErkJggg==");

    public static byte[] GreyPng => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAAAAADbboAnAAAAE0lEQVR42mNk4IIARhEog4UIBgA3owIbMysyIgAAAABJRU5ErkJggg==");

    /// <summary>With an alpha channel that is 255 everywhere.</summary>
    public static byte[] OpaquePng => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAYAAAD+Bd/7AAAAG0lEQVR42mNkYDjxX47hDQMuzMKgwYAXDAYFAMaWCessBBBeAAAAAElFTkSuQmCC");

    /// <summary>With one pixel of alpha 128.</summary>
    public static byte[] TransparentPng => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAYAAAD+Bd/7AAAAKUlEQVR42mNkYDjxX47hDQMuzMKgwYAXoCtoZGBgqMenoJ6QCQwkKwAAYdYLaibOqXAAAAAA"
        + "SUVORK5CYII=");

    /// <summary>Without the last column: 6 rows × 7 columns.</summary>
    public static byte[] NarrowPng => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAcAAAAGCAIAAACAbBMhAAAAGUlEQVR42mNkYDghx/AGDbEwaDBgAlqJAgCBUwfiyPX/sAAAAABJRU5ErkJggg==");

    /// <summary>32 × 32 pixels of one grey.</summary>
    public static byte[] SquarePng => Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAGElEQVR42mNMZsAPmBhGFYwqGFUwQhUAACA7AKNcUW5+AAAAAElFTkSuQmCC");

    /// <summary>Three planes of bytes.</summary>
    public static int[] ColourPixels { get; } =
        [.. Planes((row, column) => 30 * column), .. Planes((row, _) => 40 * row), .. Planes((_, column) => 200 - (20 * column))];

    public static int[] GreyPixels { get; } =
        [.. Enumerable.Range(0, 3).SelectMany(_ => Planes((row, column) => (10 * column) + (20 * row)))];

    private static IEnumerable<int> Planes(Func<int, int, int> value) =>
        Enumerable.Range(0, Rows * Columns).Select(i => value(i / Columns, i % Columns));
}
