using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Decodes PNG through the system's libpng 1.6 (its simplified interface): any colour type and depth to 8 bits. Samples keep their values:
/// those of 1, 2 and 4 bits are spread over 0 … 255, those of 16 bits become v / 257, rounded, and no colour space is applied. An alpha
/// channel that is opaque everywhere is dropped; transparent pixels are refused, because their colour is whatever lies behind them.
/// Encodes pixels of 8 bits, which it decodes to the same.
/// </summary>
internal sealed unsafe partial class LibPng : IImageDecoder
{
    internal const string Library = "libpng16.so.16";
    private const uint ImageVersion = 1;
    private const uint RedGreenBlue = 2;
    private const uint RedGreenBlueAlpha = 3;
    internal const string Packages = "libpng16-16 or libpng16-16t64 (Debian, Ubuntu) or libpng (Fedora)";

    // Without it, samples of 16 bits are taken for linear light and come out too bright.
    private const uint SixteenBitsAreLikeEight = 4;

    public LibPng() => SystemLibrary.Require(Library, "Reading PNG images", Packages);

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => NativeLibrary.TryLoad(Library, out _);

    /// <summary>To be called before the work whose result is to be written.</summary>
    /// <exception cref="BadInputException">The library is not on this machine.</exception>
    public static void RequireForWriting() => SystemLibrary.Require(Library, "Writing PNG images", Packages);

    /// <summary>An image as the bytes of a PNG file.</summary>
    /// <param name="pixels">(row, column, colour), red, green and blue.</param>
    /// <exception cref="ArgumentOutOfRangeException">As many pixels are not there.</exception>
    /// <exception cref="InvalidDataException">The library refuses them: too many, say.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, checked(rows * columns * 3));
        fixed (byte* from = pixels)
        {
            nuint length = 0;
            Write(from, rows, columns, null, &length);
            var content = new byte[checked((int)length)];
            fixed (byte* to = content)
            {
                Write(from, rows, columns, to, &length);
            }

            return content;
        }
    }

    public (long Rows, long Columns) ReadSize(ReadOnlySpan<byte> content) => PngChunks.ReadSize(content);

    public void Decode(ReadOnlySpan<byte> content, int rows, int columns, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, checked(rows * columns * 3));
        var samples = PngChunks.OnlySamples(content);
        var pixels = new byte[checked(rows * columns * 4)];
        fixed (byte* start = samples)
        fixed (byte* to = pixels)
        {
            var image = new Image { Version = ImageVersion };
            Begin(&image, start, samples.Length);
            if (image.Width != columns || image.Height != rows)
            {
                png_image_free(&image);
                throw new ArgumentException($"The image is {image.Height} × {image.Width}, not {rows} × {columns}.");
            }

            // Warnings about the header (colour profiles) change no pixel; those about the pixels do, and are refused.
            image.WarningOrError = 0;
            image.Format = RedGreenBlueAlpha;
            image.Flags |= SixteenBitsAreLikeEight;
            if (png_image_finish_read(&image, null, to, columns * 4, null) == 0 || image.WarningOrError != 0)
            {
                throw new InvalidDataException(Message(&image));
            }
        }

        DropOpaqueAlpha(pixels, destination);
    }

    public void Dispose()
    {
    }

    private static void DropOpaqueAlpha(ReadOnlySpan<byte> pixels, Span<byte> destination)
    {
        for (var i = 0; i < destination.Length / 3; i++)
        {
            if (pixels[(i * 4) + 3] != 255)
            {
                throw new InvalidDataException("it has transparent pixels, whose colour is undefined; save it without transparency");
            }

            pixels.Slice(i * 4, 3).CopyTo(destination[(i * 3)..]);
        }
    }

    /// <summary>Reads the header. The library keeps the structure's address until it is freed, so it must stay where it is.</summary>
    private static void Begin(Image* image, byte* content, int length)
    {
        if (png_image_begin_read_from_memory(image, content, (nuint)length) == 0)
        {
            throw new InvalidDataException(Message(image));
        }
    }

    /// <summary>Writes to memory of so many bytes; to none, says how many it takes.</summary>
    private static void Write(byte* from, int rows, int columns, byte* to, nuint* length)
    {
        var image = new Image { Version = ImageVersion, Width = (uint)columns, Height = (uint)rows, Format = RedGreenBlue };
        if (png_image_write_to_memory(&image, to, length, 0, from, columns * 3, null) == 0 || image.WarningOrError != 0)
        {
            throw new InvalidDataException(Message(&image));
        }
    }

    private static string Message(Image* image) => Marshal.PtrToStringUTF8((nint)image->Message) ?? "no reason given";

    [LibraryImport(Library)]
    private static partial int png_image_begin_read_from_memory(Image* image, byte* content, nuint length);

    [LibraryImport(Library)]
    private static partial int png_image_finish_read(Image* image, byte* background, byte* pixels, int rowStride, byte* colourMap);

    [LibraryImport(Library)]
    private static partial int png_image_write_to_memory(
        Image* image, byte* memory, nuint* length, int convertToEight, byte* pixels, int rowStride, byte* colourMap);

    [LibraryImport(Library)]
    private static partial void png_image_free(Image* image);

    /// <summary><c>png_image</c> of png.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Image
    {
        public nint Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColourMapEntries;
        public uint WarningOrError;
        public fixed byte Message[64];
    }
}
