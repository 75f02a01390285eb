using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>Leaks that are a shift: 1 − 2^−k.</summary>
internal static class LeakShift
{
    private const int Most = 15;

    /// <summary>k, or null for a leak of 1.</summary>
    /// <exception cref="BadInputException">It is neither.</exception>
    public static int? Of(double leak)
    {
        if (leak == 1)
        {
            return null;
        }

        for (var shift = 1; shift <= Most; shift++)
        {
            // A leak is written with a few digits in an experiment file, and kept as a double.
            if (leak == 1 - Math.ScaleB(1, -shift))
            {
                return shift;
            }
        }

        throw new BadInputException(
            $"the neurons' leak, {leak.ToString(CultureInfo.InvariantCulture)}, is no shift: fixed point expects 1, or 1 less a power of two (0.5, 0.75, 0.875, …). "
            + "Train with such a leak, or evaluate in floats");
    }
}
