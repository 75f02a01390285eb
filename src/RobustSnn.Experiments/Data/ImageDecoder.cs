using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>One image format. Instances are not shared between threads.</summary>
internal interface IImageDecoder : IDisposable
{
    /// <summary>What the header says, taking no memory for pixels.</summary>
    /// <exception cref="InvalidDataException">The content is damaged.</exception>
    (long Rows, long Columns) ReadSize(ReadOnlySpan<byte> content);

    /// <summary>Writes rows · columns · 3 bytes, red, green and blue of one pixel together.</summary>
    /// <exception cref="InvalidDataException">The content is damaged.</exception>
    void Decode(ReadOnlySpan<byte> content, int rows, int columns, Span<byte> destination);
}

/// <summary>
/// Decodes JPEG and PNG images to three planes. What a file is called does not matter: its first bytes say what it is. Used by one
/// thread at a time; each system library is loaded when the first image needs it.
/// </summary>
internal sealed class ImageDecoder : IDisposable
{
    private readonly int limit = ImageSizeLimit.Pixels;
    private TurboJpeg? jpeg;
    private LibPng? png;
    private byte[] interleaved = [];

    private static ReadOnlySpan<byte> JpegMagic => [0xFF, 0xD8, 0xFF];

    private static ReadOnlySpan<byte> PngMagic => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The size of the image in <paramref name="path"/>.</summary>
    /// <exception cref="BadInputException">It cannot be read or is no JPEG or PNG, or a library is missing.</exception>
    public Shape ReadShape(string path)
    {
        var content = UserFile.ReadAllBytes(path, "a JPEG or PNG image");
        var (rows, columns) = Explain(path, content, decoder => ReadSize(path, decoder, content));
        return new Shape(3, rows, columns);
    }

    /// <summary>Writes the image in <paramref name="path"/> as (3, rows, columns) bytes; grey images get three equal planes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The shape that it must have.</param>
    /// <param name="expectedBy">Where that shape comes from, for the message.</param>
    /// <param name="planes">3 · rows · columns bytes.</param>
    /// <exception cref="BadInputException">
    /// It cannot be read, is no JPEG or PNG, is damaged or has another size, or a library is missing.
    /// </exception>
    public void Read(string path, Shape expected, string expectedBy, Span<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, expected.Count);
        var content = UserFile.ReadAllBytes(path, "a JPEG or PNG image");
        if (interleaved.Length != planes.Length)
        {
            interleaved = new byte[planes.Length];
        }

        Explain(path, content, decoder =>
        {
            var (rows, columns) = ReadSize(path, decoder, content);
            if (rows != expected.Rows || columns != expected.Columns)
            {
                throw new BadInputException(
                    $"{path}: the image has {rows} rows and {columns} columns, expected {expected.Rows} and {expected.Columns} "
                    + $"as {expectedBy}. Bring all images to one size.");
            }

            decoder.Decode(content, rows, columns, interleaved);
            return 0;
        });

        var plane = expected.Rows * expected.Columns;
        for (var i = 0; i < plane; i++)
        {
            planes[i] = interleaved[3 * i];
            planes[plane + i] = interleaved[(3 * i) + 1];
            planes[(2 * plane) + i] = interleaved[(3 * i) + 2];
        }
    }

    public void Dispose()
    {
        jpeg?.Dispose();
        png?.Dispose();
    }

    private (int Rows, int Columns) ReadSize(string path, IImageDecoder decoder, byte[] content)
    {
        var (rows, columns) = decoder.ReadSize(content);
        return ImageSizeLimit.Check(path, rows, columns, limit);
    }

    private TResult Explain<TResult>(string path, byte[] content, Func<IImageDecoder, TResult> use)
    {
        IImageDecoder decoder =
            content.AsSpan().StartsWith(JpegMagic) ? jpeg ??= new TurboJpeg()
            : content.AsSpan().StartsWith(PngMagic) ? png ??= new LibPng()
            : throw new BadInputException(
                $"{path}: expected a JPEG (starting FF D8 FF) or PNG image (starting 89 50 4E 47), found "
                + (content.Length == 0
                    ? "an empty file. "
                    : $"{content.Length} bytes starting {Convert.ToHexString(content.AsSpan(0, Math.Min(8, content.Length)))}. ")
                + "Convert or remove it.");
        try
        {
            return use(decoder);
        }
        catch (InvalidDataException error)
        {
            var format = decoder is TurboJpeg ? "JPEG" : "PNG";
            throw new BadInputException($"{path}: this {format} image cannot be used: {error.Message}. Replace or remove it.", error);
        }
    }
}
