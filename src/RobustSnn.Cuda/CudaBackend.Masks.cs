using System.Runtime.InteropServices;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Weights of which scores say how many count (native/kernels/masks.cu).</summary>
public sealed partial class CudaBackend
{
    /// <summary>Counts of the three digits of a magnitude, 2,048 each.</summary>
    private const int MaskBins = 3 * 2048;

    /// <summary>Chunks of scores that the last step adds up the counts of.</summary>
    private const long MostMaskChunks = 1024;

    /// <summary>Scores that are worth a block of threads.</summary>
    private const long LeastMaskChunk = 4096;

    /// <summary>Blocks that an inner product is divided among; each adds up every element that is so many blocks further.</summary>
    private const long MostInnerProductBlocks = 1024;

    private Kernel<KeepLargestArguments> CountUpperDigitKernel => field ??= kernels.Load<KeepLargestArguments>("masks", "countUpperDigit");

    private Kernel<KeepLargestArguments> CountMiddleDigitKernel => field ??= kernels.Load<KeepLargestArguments>("masks", "countMiddleDigit");

    private Kernel<KeepLargestArguments> CountLowerDigitKernel => field ??= kernels.Load<KeepLargestArguments>("masks", "countLowerDigit");

    private Kernel<KeepLargestArguments> CountEqualsKernel => field ??= kernels.Load<KeepLargestArguments>("masks", "countEquals");

    private Kernel<KeepLargestArguments> KeepLargestKernel => field ??= kernels.Load<KeepLargestArguments>("masks", "keepLargest");

    private Kernel<MultiplyAddArguments> MultiplyAddKernel => field ??= kernels.Load<MultiplyAddArguments>("masks", "multiplyAdd");

    private Kernel<InnerProductArguments> InnerProductKernel => field ??= kernels.Load<InnerProductArguments>("masks", "innerProduct");

    private Kernel<InnerProductArguments> InnerProductTotalKernel => field ??= kernels.Load<InnerProductArguments>("masks", "innerProductTotal");

    /// <remarks>
    /// Histograms of |score| as an unsigned number, digit by digit from the upper bits, find the smallest that is kept; of its equals, counted in
    /// chunks, the first are kept.
    /// </remarks>
    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target)
    {
        using var turn = TakeTurn();
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, scores.Length);
        var length = scores.Length;
        var chunk = Math.Max(LeastMaskChunk, (length + MostMaskChunks - 1) / MostMaskChunks);
        var chunks = Math.Max(1, (length + chunk - 1) / chunk);
        var bytes = (MaskBins + chunks) * sizeof(uint);
        var counts = scratch.Take(bytes);
        device.Clear(counts, bytes);
        var arguments = new KeepLargestArguments(Reading(scores, length), Reading(values, length), Changing(target, length), counts,
            checked((uint)length), (uint)kept, (uint)chunk);
        foreach (var kernel in (ReadOnlySpan<Kernel<KeepLargestArguments>>)
            [CountUpperDigitKernel, CountMiddleDigitKernel, CountLowerDigitKernel, CountEqualsKernel, KeepLargestKernel])
        {
            kernel.Launch(new LaunchSize((uint)chunks), arguments);
        }
    }

    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target)
    {
        using var turn = TakeTurn();
        var length = target.Length;
        MultiplyAddKernel.Launch(
            LaunchSize.Flat(length),
            new MultiplyAddArguments(Reading(first, length), Reading(second, length), Changing(target, length), (ulong)length));
    }

    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index)
    {
        using var turn = TakeTurn();
        var length = first.Length;
        var size = new LaunchSize(Math.Min(LaunchSize.Flat(length).X, (uint)MostInnerProductBlocks));
        var arguments = new InnerProductArguments(Reading(first, length), Reading(second, length), scratch.Take(size.X * sizeof(double)),
            Changing(target, index + 1L, ElementType.Float64) + (ulong)index * sizeof(double), (ulong)length, size.X);
        InnerProductKernel.Launch(size, arguments);
        InnerProductTotalKernel.Launch(new LaunchSize(1), arguments);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct KeepLargestArguments(ulong Scores, ulong Values, ulong Target, ulong Counts, uint Length, uint Kept, uint Chunk);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MultiplyAddArguments(ulong First, ulong Second, ulong Target, ulong Length);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct InnerProductArguments(ulong First, ulong Second, ulong Partial, ulong Target, ulong Length, uint Blocks);
}
