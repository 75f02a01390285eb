using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
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
        var width = Vector<double>.Count;
        var padded = (point.Length + width - 1) / width * width;
        var scratch = ArrayPool<double>.Shared.Rent(2 * padded);
        var weights = scratch.AsSpan(0, padded);
        var rooms = scratch.AsSpan(padded, padded);
        weights[point.Length..].Clear();
        rooms[point.Length..].Clear();
        for (var i = 0; i < point.Length; i++)
        {
            weights[i] = Math.Abs((double)normal[i]);
            rooms[i] = normal[i] == 0 ? 0 : IsUpwards(normal[i], value) ? 1 - (double)point[i] : point[i];
        }

        var level = Level(norm, MemoryMarshal.Cast<double, Vector<double>>(weights), MemoryMarshal.Cast<double, Vector<double>>(rooms), Math.Abs(value));
        for (var i = 0; i < point.Length; i++)
        {
            var moved = Math.Min(norm == Norm.Infinity ? level : level * weights[i], rooms[i]);
            change[i] = IsUpwards(normal[i], value) ? moved : -moved;
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    /// <summary>How long coordinates move; the largest number where all of them stop at the box's border before they are at the plane.</summary>
    /// <param name="weights">|w|.</param>
    /// <param name="rooms">How far each coordinate is from the border that it moves towards; 0 where its weight is 0.</param>
    /// <param name="way">How much of the value is to be made up for.</param>
    private static double Level(Norm norm, ReadOnlySpan<Vector<double>> weights, ReadOnlySpan<Vector<double>> rooms, double way)
    {
        var level = 0.0;
        var movingBefore = long.MaxValue;
        while (true)
        {
            var (slopes, reached, count) = (Vector<double>.Zero, Vector<double>.Zero, Vector<long>.Zero);
            for (var i = 0; i < weights.Length; i++)
            {
                var rate = norm == Norm.Infinity ? Vector<double>.One : weights[i];
                var isMoving = Vector.LessThan(level * rate, rooms[i]);
                slopes += Vector.ConditionalSelect(isMoving, weights[i] * rate, Vector<double>.Zero);
                reached += Vector.ConditionalSelect(isMoving, Vector<double>.Zero, weights[i] * rooms[i]);
                count -= isMoving;
            }

            var (slope, moving) = (Vector.Sum(slopes), Vector.Sum(count));
            if (slope == 0)
            {
                return double.MaxValue;
            }

            if (moving == movingBefore)
            {
                return level;
            }

            level = Math.Max(level, (way - Vector.Sum(reached)) / slope);
            movingBefore = moving;
        }
    }

    private static bool IsUpwards(float weight, double value) => weight > 0 == value < 0;
}
