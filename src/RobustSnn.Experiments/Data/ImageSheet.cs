using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Images to look at, one sample below the other: the clean image, the adversarial one, and what is between them, 20 times as large and round
/// mid grey. Small images are magnified by a whole number; no pixel is interpolated.
/// </summary>
internal sealed class ImageSheet
{
    /// <summary>Of a difference: 1/255 can be seen, and what is above 6/255 is as light as can be.</summary>
    public const int Magnification = 20;

    /// <summary>Of a pixel of the sheet: red, green and blue.</summary>
    public const int Colours = 3;

    private const int Pictures = 3;
    private const int Gap = 4;
    private const float MidGrey = 128;

    // On which a person sees what an image of 32 × 32 shows.
    private const int LeastSide = 128;

    private readonly Shape shape;
    private readonly int scale;
    private readonly byte[] pixels;

    /// <param name="shape">Of an image: one channel is grey, three are red, green and blue.</param>
    /// <param name="samples">How many there is room for.</param>
    public ImageSheet(Shape shape, int samples)
    {
        this.shape = shape;
        scale = Math.Max(1, LeastSide / Math.Max(shape.Rows, shape.Columns));
        Rows = (samples * ((shape.Rows * scale) + Gap)) - Gap;
        Columns = (Pictures * ((shape.Columns * scale) + Gap)) - Gap;
        pixels = new byte[Rows * Columns * Colours];
        Array.Fill(pixels, byte.MaxValue);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Draws a sample.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="clean">(channel, row, column) in [0,1].</param>
    /// <param name="adversarial">The same of the adversarial image.</param>
    public void Draw(int row, ReadOnlySpan<float> clean, ReadOnlySpan<float> adversarial)
    {
        for (var i = 0; i < clean.Length; i++)
        {
            Fill(row, 0, i, Byte(255 * clean[i]));
            Fill(row, 1, i, Byte(255 * adversarial[i]));
            Fill(row, 2, i, Byte(MidGrey + (Magnification * 255 * (adversarial[i] - clean[i]))));
        }
    }

    /// <summary>The sheet as the bytes of a PNG file.</summary>
    public byte[] Encode() => LibPng.Encode(pixels, Rows, Columns);

    private static byte Byte(float value) => (byte)Math.Clamp(MathF.Round(value), 0, 255);

    /// <summary>One value of an image, which is a square of the sheet; that of a grey image is all its colours.</summary>
    private void Fill(int row, int picture, int index, byte value)
    {
        var (channel, place) = Math.DivRem(index, shape.Rows * shape.Columns);
        var top = (row * ((shape.Rows * scale) + Gap)) + (place / shape.Columns * scale);
        var left = (picture * ((shape.Columns * scale) + Gap)) + (place % shape.Columns * scale);
        var (firstColour, colours) = shape.Channels == 1 ? (0, Colours) : (channel, 1);
        for (var y = top; y < top + scale; y++)
        {
            for (var x = left; x < left + scale; x++)
            {
                pixels.AsSpan((((y * Columns) + x) * Colours) + firstColour, colours).Fill(value);
            }
        }
    }
}
