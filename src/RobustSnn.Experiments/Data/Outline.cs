namespace RobustSnn.Experiments.Data;

/// <summary>The classes of <see cref="Shapes10"/>, in label order.</summary>
internal enum Outline
{
    Disc,
    Ring,
    Square,
    Frame,
    Triangle,
    Cross,
    Star,
    Bars,
    Checker,
    Crescent,
}

/// <summary>The outlines as sets of points, in coordinates where 1024 is the shape's radius.</summary>
internal static class Outlines
{
    public const int Unit = 1024;

    /// <summary>No point further from the centre than this lies in any outline.</summary>
    public const int Reach = 1280;

    public static bool Contains(Outline outline, int x, int y) => outline switch
    {
        Outline.Disc => InDisc(x, y, 960),
        Outline.Ring => InDisc(x, y, 1000) && !InDisc(x, y, 600),
        Outline.Square => InSquare(x, y, 820),
        Outline.Frame => InSquare(x, y, 860) && !InSquare(x, y, 480),
        Outline.Triangle => InTriangle(x, y),
        Outline.Cross => (Math.Abs(x) <= 280 && Math.Abs(y) <= 1000) || (Math.Abs(y) <= 280 && Math.Abs(x) <= 1000),
        Outline.Star => InStar(x, y),
        Outline.Bars => InSquare(x, y, 900) && (y + 900) % 720 <= 360,
        Outline.Checker => InSquare(x, y, 899) && (((x + 900) / 600) + ((y + 900) / 600)) % 2 == 0,
        Outline.Crescent => InDisc(x, y, 1000) && !InDisc(x - 450, y, 760),
        _ => throw new ArgumentOutOfRangeException(nameof(outline), outline, "No such outline."),
    };

    private static bool InDisc(int x, int y, int radius) => (x * x) + (y * y) <= radius * radius;

    private static bool InSquare(int x, int y, int half) => Math.Abs(x) <= half && Math.Abs(y) <= half;

    // Three lines at distance 600 from the centre, their directions 120° apart (1024 · cos 30° = 887).
    private static bool InTriangle(int x, int y) => y <= 600 && (887 * Math.Abs(x)) - (512 * y) <= 600 * Unit;

    // A pentagram is what lies inside at least four of the five lines through its edges: 1024 · (cos, sin) of 90° + 72°·k.
    private static bool InStar(int x, int y)
    {
        const int Distance = 380 * Unit;
        var outside = (Unit * y > Distance ? 1 : 0)
            + ((974 * x) + (316 * y) > Distance ? 1 : 0)
            + ((-974 * x) + (316 * y) > Distance ? 1 : 0)
            + ((602 * x) - (828 * y) > Distance ? 1 : 0)
            + ((-602 * x) - (828 * y) > Distance ? 1 : 0);
        return outside <= 1;
    }
}
