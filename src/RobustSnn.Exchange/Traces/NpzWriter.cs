using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace RobustSnn.Exchange.Traces;

/// <summary>
/// NumPy's .npz: a zip archive of .npy files, each of version 1.0: a magic, the length of a header that is a Python literal of type, order and
/// shape, and the elements row by row.
/// </summary>
internal sealed class NpzWriter(Stream stream) : IDisposable
{
    // The elements begin at a multiple of it, as NumPy's own do.
    private const int Alignment = 64;

    // The same arrays give the same bytes.
    private static readonly DateTimeOffset Moment = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    public void Add(string name, ReadOnlySpan<float> values, params int[] shape) => Add(name, "<f4", MemoryMarshal.AsBytes(values), shape);

    public void Add(string name, ReadOnlySpan<long> values, params int[] shape) => Add(name, "<i8", MemoryMarshal.AsBytes(values), shape);

    public void Add(string name, ReadOnlySpan<byte> values, params int[] shape) => Add(name, "|u1", values, shape);

    public void Dispose() => archive.Dispose();

    private void Add(string name, string type, ReadOnlySpan<byte> bytes, int[] shape)
    {
        ZipArchiveEntry entry = archive.CreateEntry($"{name}.npy", CompressionLevel.Fastest);
        entry.LastWriteTime = Moment;
        using Stream target = entry.Open();
        string sizes = string.Concat(shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")));
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes.TrimEnd()}), }}";
        int begun = Magic.Length + sizeof(ushort) + header.Length + 1;
        header = header.PadRight(header.Length + (Alignment - begun % Alignment) % Alignment) + "\n";
        target.Write(Magic);
        target.Write([(byte)header.Length, (byte)(header.Length >> 8)]);
        target.Write(Encoding.ASCII.GetBytes(header));
        target.Write(bytes);
    }
}
