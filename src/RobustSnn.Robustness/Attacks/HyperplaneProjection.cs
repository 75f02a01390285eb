using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// The nearest point of the box [0,1]ⁿ that lies on a hyperplane: what FAB's steps are made of. Computed in double.
/// </summary>
/// <remarks>
/// Every coordinate moves towards the plane, by rate·level, until it is at the box's border: the rate is 1 in L∞ and |w| in L2. How near that comes
/// is a concave and piecewise linear function of the level. Newton's steps from 0 therefore come from below to the level that reaches the plane,
/// each to a further piece: a few in practice, and none needs coordinates to be sorted.
/// </remarks>
public static class HyperplaneProjection
{
    /// <summary>
    /// The smallest change, in that norm, that brings a point of the box to the plane within the box: w·change = −value. Where the plane misses the
    /// box, the change to a point of the box that is as near to it as any.
    /// </summary>
    /// <param name="point">In the box.</param>
    /// <param name="normal">w: finite. Coordinates where it is 0 stay.</param>
    /// <param name="value">How far the point is beyond the plane w·x = b: w·point − b.</param>
    /// <param name="change">As long as the point.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static void Change(Norm norm, ReadOnlySpan<float> point, ReadOnlySpan<float> normal, double value, Span<double> change)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(normal.Length, point.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(change.Length, point.Length);
        var level = Level(norm, point, normal, value);
        for (var i = 0; i < point.Length; i++)
        {
            var moved = Math.Min(level * Rate(norm, normal[i]), Room(point[i], normal[i], value));
            change[i] = IsUpwards(normal[i], value) ? moved : -moved;
        }
    }

    /// <summary>How long coordinates move; the largest number where all of them stop at the box's border before they are at the plane.</summary>
    private static double Level(Norm norm, ReadOnlySpan<float> point, ReadOnlySpan<float> normal, double value)
    {
        var level = 0.0;
        var stoppedBefore = -1;
        while (true)
        {
            var (left, slope, stopped) = (Math.Abs(value), 0.0, 0);
            for (var i = 0; i < point.Length; i++)
            {
                var (weight, rate, room) = (Math.Abs((double)normal[i]), Rate(norm, normal[i]), Room(point[i], normal[i], value));
                if (level * rate < room)
                {
                    slope += weight * rate;
                }
                else
                {
                    left -= weight * room;
                    stopped++;
                }
            }

            if (slope == 0)
            {
                return double.MaxValue;
            }

            if (stopped == stoppedBefore)
            {
                return level;
            }

            level = Math.Max(level, left / slope);
            stoppedBefore = stopped;
        }
    }

    private static double Rate(Norm norm, float weight) => norm == Norm.Infinity ? 1 : Math.Abs((double)weight);

    private static double Room(float coordinate, float weight, double value) =>
        weight == 0 ? 0 : IsUpwards(weight, value) ? 1 - (double)coordinate : coordinate;

    private static bool IsUpwards(float weight, double value) => weight > 0 == value < 0;
}
