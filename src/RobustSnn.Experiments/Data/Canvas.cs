namespace RobustSnn.Experiments.Data;

/// <summary>A colour in 0 … 255; slightly outside while drawing, cut off at the end.</summary>
internal readonly record struct Colour(int Red, int Green, int Blue);

/// <summary>
/// Draws anti-aliased shapes on a 32 × 32 picture of three planes, in integers only. Lengths are in 64ths of a pixel.
/// </summary>
internal readonly ref struct Canvas(Span<int> planes)
{
    public const int Side = 32;

    private const int SubPixels = 64;

    // Nine samples a pixel, in the middles of its thirds.
    private const int Samples = 3;
    private const int TextureCell = 8;
    private const int TextureAmplitude = 14;

    private readonly Span<int> planes = planes;

    public int this[int index] => planes[index];

    public void Fill(Colour colour)
    {
        planes[..(Side * Side)].Fill(colour.Red);
        planes.Slice(Side * Side, Side * Side).Fill(colour.Green);
        planes[(2 * Side * Side)..].Fill(colour.Blue);
    }

    /// <summary>Blends a turned outline over the picture, each pixel by the share of its samples that lie inside.</summary>
    public void Draw(Outline outline, int centreRow, int centreColumn, int radius, int degrees, Colour colour)
    {
        // Turn, and 64ths of a pixel to outline units (1024 = radius), times 1024.
        var cosine = Sine(degrees + 90) * Outlines.Unit / radius;
        var sine = Sine(degrees) * Outlines.Unit / radius;
        var reach = (radius * Outlines.Reach / Outlines.Unit) + SubPixels;

        var (top, bottom) = Range(centreRow, reach);
        var (left, right) = Range(centreColumn, reach);
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++)
            {
                var inside = 0;
                for (var sample = 0; sample < Samples * Samples; sample++)
                {
                    var y = (row * SubPixels) + (((2 * (sample / Samples)) + 1) * SubPixels / (2 * Samples)) - centreRow;
                    var x = (column * SubPixels) + (((2 * (sample % Samples)) + 1) * SubPixels / (2 * Samples)) - centreColumn;
                    inside += Outlines.Contains(outline, ((x * cosine) + (y * sine)) >> 10, ((y * cosine) - (x * sine)) >> 10) ? 1 : 0;
                }

                Blend(row, column, inside, colour);
            }
        }
    }

    /// <summary>Adds soft bright and dark patches: random values at every eighth pixel, interpolated in between.</summary>
    public void AddTexture(ref DrawSequence random)
    {
        const int Knots = (Side / TextureCell) + 1;
        Span<int> knots = stackalloc int[Knots * Knots];
        foreach (ref var knot in knots)
        {
            knot = random.Between(-TextureAmplitude, TextureAmplitude);
        }

        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                var (y, x) = (row % TextureCell, column % TextureCell);
                var corner = (row / TextureCell * Knots) + (column / TextureCell);
                var upper = (knots[corner] * (TextureCell - x)) + (knots[corner + 1] * x);
                var lower = (knots[corner + Knots] * (TextureCell - x)) + (knots[corner + Knots + 1] * x);
                var value = ((upper * (TextureCell - y)) + (lower * y)) / (TextureCell * TextureCell);
                for (var channel = 0; channel < 3; channel++)
                {
                    planes[(channel * Side * Side) + (row * Side) + column] += value;
                }
            }
        }
    }

    private static (int First, int End) Range(int centre, int reach) =>
        (Math.Max(0, (centre - reach) / SubPixels), Math.Min(Side, ((centre + reach) / SubPixels) + 1));

    private void Blend(int row, int column, int inside, Colour colour)
    {
        var index = (row * Side) + column;
        const int All = Samples * Samples;
        planes[index] += (colour.Red - planes[index]) * inside / All;
        index += Side * Side;
        planes[index] += (colour.Green - planes[index]) * inside / All;
        index += Side * Side;
        planes[index] += (colour.Blue - planes[index]) * inside / All;
    }

    /// <summary>
    /// 1024 · sin by Bhaskara's formula, 4x(180 − x) / (40500 − x(180 − x)): within 0.002, and unlike a library's sine the same on
    /// every machine.
    /// </summary>
    private static int Sine(int degrees)
    {
        var half = degrees % 180;
        var product = half * (180 - half);
        var value = Outlines.Unit * 4 * product / (40_500 - product);
        return degrees % 360 < 180 ? value : -value;
    }
}
