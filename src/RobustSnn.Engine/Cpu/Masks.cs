using System.Numerics;
using System.Numerics.Tensors;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    private const int MaskBins = 1 << 16;

    /// <remarks>Two histograms of |score| as an unsigned number, of its upper 16 bits and then of the lower ones within the bin found.</remarks>
    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, scores.Length);
        var s = Span(scores, scores.Length);
        var x = Span(values, scores.Length);
        var y = Changing(target, scores.Length);
        if (kept == scores.Length)
        {
            x.CopyTo(y);
            return;
        }

        var left = kept; // of those at the border, once the larger ones are taken
        var upper = BorderBin(CountUpper(s), ref left);
        var border = (upper << 16) | BorderBin(CountLower(s, upper), ref left);
        var done = KeepVectors(s, x, y, border, ref left);
        for (var i = done; i < s.Length; i++)
        {
            y[i] = IsKept(Magnitude(s[i]), border, ref left) ? x[i] : 0;
        }
    }

    /// <summary>Whole vectors, as many as there are; one that holds a score on the border is taken score by score. Gives how far it came.</summary>
    private static int KeepVectors(ReadOnlySpan<float> scores, ReadOnlySpan<float> values, Span<float> target, uint border, ref long left)
    {
        var edge = new Vector<uint>(border);
        var i = 0;
        for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var magnitude = Magnitudes(new Vector<float>(scores[i..]));
            if (Vector.EqualsAny(magnitude, edge))
            {
                for (var j = i; j < i + Vector<float>.Count; j++)
                {
                    target[j] = IsKept(Magnitude(scores[j]), border, ref left) ? values[j] : 0;
                }
            }
            else
            {
                var above = Vector.AsVectorSingle(Vector.GreaterThan(magnitude, edge));
                (new Vector<float>(values[i..]) & above).CopyTo(target[i..]);
            }
        }

        return i;
    }

    private static bool IsKept(uint magnitude, uint border, ref long left) => magnitude > border || (magnitude == border && left-- > 0);

    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target)
    {
        using var turn = TakeTurn();
        var z = Changing(target, target.Length);
        TensorPrimitives.MultiplyAdd(Span(first, target.Length), Span(second, target.Length), z, z);
    }

    /// <remarks>On one thread, in one order: as long as memory takes to be read.</remarks>
    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index)
    {
        using var turn = TakeTurn();
        var x = Span(first, first.Length);
        var y = Span(second, first.Length);
        var (sum, other) = (0.0, 0.0); // two sums, so that no addition waits for the one before
        var i = 0;
        for (; i + 1 < x.Length; i += 2)
        {
            sum += (double)x[i] * y[i];
            other += (double)x[i + 1] * y[i + 1];
        }

        if (i < x.Length)
        {
            sum += (double)x[i] * y[i];
        }

        ((NativeBuffer)target).Doubles[index] = sum + other;
    }

    /// <summary>|score| as an unsigned number of the same order; NaN is above all.</summary>
    private static uint Magnitude(float score) => float.IsNaN(score) ? uint.MaxValue : BitConverter.SingleToUInt32Bits(score) & int.MaxValue;

    /// <summary>As <see cref="Magnitude"/>, of a vector.</summary>
    private static Vector<uint> Magnitudes(Vector<float> scores) => Vector.ConditionalSelect(
        Vector.AsVectorUInt32(Vector.Equals(scores, scores)), Vector.AsVectorUInt32(Vector.Abs(scores)), Vector<uint>.AllBitsSet);

    /// <summary>How many magnitudes have each upper half.</summary>
    private Span<int> CountUpper(ReadOnlySpan<float> scores)
    {
        var counts = new Span<int>(Scratch(MaskBins / 2), MaskBins);
        counts.Clear();
        foreach (var score in scores)
        {
            counts[(int)(Magnitude(score) >> 16)]++;
        }

        return counts;
    }

    /// <summary>Of the magnitudes with that upper half, how many have each lower half. Most vectors hold none of them.</summary>
    private Span<int> CountLower(ReadOnlySpan<float> scores, uint upper)
    {
        var counts = new Span<int>(Scratch(MaskBins / 2), MaskBins);
        counts.Clear();
        var half = new Vector<uint>(upper);
        var i = 0;
        for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.EqualsAny(Vector.ShiftRightLogical(Magnitudes(new Vector<float>(scores[i..])), 16), half))
            {
                Count(scores.Slice(i, Vector<float>.Count), counts);
            }
        }

        Count(scores[i..], counts);
        return counts;

        void Count(ReadOnlySpan<float> some, Span<int> counts)
        {
            foreach (var score in some)
            {
                var magnitude = Magnitude(score);
                if (magnitude >> 16 == upper)
                {
                    counts[(int)(magnitude & ushort.MaxValue)]++;
                }
            }
        }
    }

    /// <summary>The bin in which the last that is kept lies, counted from the largest; left becomes how many are kept within it.</summary>
    private static uint BorderBin(ReadOnlySpan<int> counts, ref long left)
    {
        for (var bin = MaskBins - 1; bin > 0; bin--)
        {
            if (left <= counts[bin])
            {
                return (uint)bin;
            }

            left -= counts[bin];
        }

        return 0;
    }
}
