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
        var left = kept; // of those at the border, once the larger ones are taken
        var border = 0u;
        if (kept < scores.Length)
        {
            var upper = BorderBin(s, null, ref left);
            border = (upper << 16) | BorderBin(s, upper, ref left);
        }

        for (var i = 0; i < s.Length; i++)
        {
            var magnitude = Magnitude(s[i]);
            var isKept = magnitude > border || kept == scores.Length || (magnitude == border && left-- > 0);
            y[i] = isKept ? x[i] : 0;
        }
    }

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

    /// <summary>The bin in which the last that is kept lies, counted from the largest; left becomes how many are kept within it.</summary>
    private uint BorderBin(ReadOnlySpan<float> scores, uint? upper, ref long left)
    {
        var counts = new Span<int>(Scratch(MaskBins / 2), MaskBins);
        counts.Clear();
        foreach (var score in scores)
        {
            var magnitude = Magnitude(score);
            if (upper is null)
            {
                counts[(int)(magnitude >> 16)]++;
            }
            else if (magnitude >> 16 == upper)
            {
                counts[(int)(magnitude & ushort.MaxValue)]++;
            }
        }

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
