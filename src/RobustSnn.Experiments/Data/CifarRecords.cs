using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>One of a record's label bytes.</summary>
/// <param name="Name">As messages call it, e.g. <c>coarse label</c>.</param>
/// <param name="Classes">Its values are 0 … Classes − 1.</param>
internal readonly record struct CifarLabel(string Name, int Classes);

/// <summary>
/// Files of CIFAR's binary records, one after the other without anything between: label bytes, then 3 × 32 × 32 pixel bytes (red, green,
/// blue planes, row by row).
/// </summary>
/// <param name="Title">The data set, as messages call it.</param>
/// <param name="Labels">The label bytes that every record begins with.</param>
internal sealed record CifarRecords(string Title, ImmutableArray<CifarLabel> Labels)
{
    private const int BufferBytes = 1 << 16;

    public static Shape ImageShape { get; } = new(3, 32, 32);

    /// <summary>Bytes of a record.</summary>
    public int Size => Labels.Length + ImageShape.Count;

    /// <summary>Reads a file that has exactly as many records as there is room for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it is, for messages.</param>
    /// <param name="pixels">Records × 3,072 bytes.</param>
    /// <param name="labels">Records × the number of label bytes.</param>
    /// <exception cref="BadInputException">The file is missing, unreadable, of another size, or has a label that is no class.</exception>
    public void Read(string path, string expected, Memory<byte> pixels, Memory<byte> labels) => UserFile.Read(path, expected, file =>
    {
        var records = labels.Length / Labels.Length;
        RequireLength(path, file.Length, records);
        using var buffered = new BufferedStream(file, BufferBytes);
        for (var record = 0; record < records; record++)
        {
            var found = labels.Span.Slice(record * Labels.Length, Labels.Length);
            buffered.ReadExactly(found);
            CheckLabels(path, record, found);
            buffered.ReadExactly(pixels.Span.Slice(record * ImageShape.Count, ImageShape.Count));
        }
    });

    private void RequireLength(string path, long found, int records)
    {
        var expected = (long)records * Size;
        if (found != expected)
        {
            throw new BadInputException(
                $"{path}: expected {expected} bytes ({records} records of {Size}), found {found}: "
                + (found < expected
                    ? $"it ends in record {found / Size}, at byte {found % Size} of it. "
                    : $"{found - expected} bytes follow the last record, from offset {expected} on. ")
                + "Download the file again.");
        }
    }

    private void CheckLabels(string path, int record, ReadOnlySpan<byte> found)
    {
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] >= Labels[i].Classes)
            {
                throw new BadInputException(
                    $"{path}: record {record} (offset {((long)record * Size) + i}) has {Labels[i].Name} {found[i]}, expected 0 … "
                    + $"{Labels[i].Classes - 1}. This is not {Title}'s binary form, or the file is damaged; download it again.");
            }
        }
    }
}
