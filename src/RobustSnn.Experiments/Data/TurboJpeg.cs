using System.Runtime.InteropServices;

namespace RobustSnn.Experiments.Data;

/// <summary>Decodes JPEG through the system's libjpeg-turbo (its TurboJPEG interface, version 1.4 or newer).</summary>
internal sealed unsafe partial class TurboJpeg : IImageDecoder
{
    internal const string Library = "libturbojpeg.so.0";
    internal const string Packages = "libturbojpeg0 (Debian, Ubuntu) or turbojpeg (Fedora)";
    private const int RedGreenBlue = 0;

    // The exact inverse transform, so that pixels do not depend on the processor.
    private const int AccurateTransform = 4096;

    // The library is asked for when the first image is decoded: what is wrong with a header needs none.
    private nint handle;

    public (long Rows, long Columns) ReadSize(ReadOnlySpan<byte> content) => JpegHeader.ReadSize(content);

    public void Decode(ReadOnlySpan<byte> content, int rows, int columns, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, checked(rows * columns * 3));
        Open();
        fixed (byte* start = content)
        fixed (byte* pixels = destination)
        {
            // Warnings are refused too: a file that ends early only warns, and the rest of its pixels would be grey.
            if (tjDecompress2(
                    handle, start, (nuint)content.Length, pixels, columns, columns * 3, rows, RedGreenBlue, AccurateTransform) != 0)
            {
                throw new InvalidDataException(Message(handle));
            }
        }
    }

    public void Dispose()
    {
        if (handle != 0)
        {
            _ = tjDestroy(handle);
        }
    }

    private void Open()
    {
        if (handle != 0)
        {
            return;
        }

        SystemLibrary.Require(Library, "Reading JPEG images", Packages);
        handle = tjInitDecompress();
        if (handle == 0)
        {
            throw new InvalidOperationException($"{Library} gave no decoder: {Message(0)}");
        }
    }

    private static string Message(nint handle) => Marshal.PtrToStringUTF8(tjGetErrorStr2(handle)) ?? "no reason given";

    [LibraryImport(Library)]
    private static partial nint tjInitDecompress();

    [LibraryImport(Library)]
    private static partial int tjDecompress2(
        nint handle, byte* content, nuint length, byte* pixels, int width, int pitch, int height, int format, int flags);

    [LibraryImport(Library)]
    private static partial nint tjGetErrorStr2(nint handle);

    [LibraryImport(Library)]
    private static partial int tjDestroy(nint handle);
}
