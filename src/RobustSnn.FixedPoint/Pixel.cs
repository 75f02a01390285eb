namespace RobustSnn.FixedPoint;

/// <summary>Pixels as a sensor gives them.</summary>
internal static class Pixel
{
    /// <summary>0 to 255 of a pixel in [0, 1]: the nearest, halves up.</summary>
    /// <exception cref="ArgumentException">It is no number from 0 to 1.</exception>
    public static int Of(float pixel) => pixel is >= 0 and <= 1
        ? (int)(pixel * 255f + 0.5f)
        : throw new ArgumentException($"expected pixels from 0 to 1, found {pixel}", nameof(pixel));
}
