using System.Runtime.InteropServices;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Figures over a whole activation (native/kernels/sum.cu and kthSmallest.cu).</summary>
public sealed partial class CudaBackend
{
    /// <summary>Partial sums of one sum.</summary>
    private const long SumBytes = LaunchSize.MostSums * sizeof(double);

    /// <summary>How often each value of a digit occurs (Selection in kthSmallest.cu).</summary>
    private const int DigitCountBytes = 2048 * sizeof(ulong);

    /// <summary>The whole of that Selection.</summary>
    private const int SelectionBytes = DigitCountBytes + 16;

    /// <summary>The digits of a sort key, from the highest on: bits below each, and its own.</summary>
    private static readonly (int Shift, int Bits)[] Digits = [(21, 11), (10, 11), (0, 10)];

    private Kernel<SumArguments> SumFloatsKernel => field ??= kernels.Load<SumArguments>("sum", "sumFloats");

    private Kernel<SumArguments> SumBytesKernel => field ??= kernels.Load<SumArguments>("sum", "sumBytes");

    private Kernel<SumArguments> SumWordsKernel => field ??= kernels.Load<SumArguments>("sum", "sumWords");

    private Kernel<SumOfPartialsArguments> StoreSumKernel => field ??= kernels.Load<SumOfPartialsArguments>("sum", "storeSum");

    private Kernel<SumOfPartialsArguments> AddSumKernel => field ??= kernels.Load<SumOfPartialsArguments>("sum", "addSum");

    private Kernel<CountDigitsArguments> CountDigitsKernel => field ??= kernels.Load<CountDigitsArguments>("kthSmallest", "countDigits");

    private Kernel<FindDigitArguments> FindDigitKernel => field ??= kernels.Load<FindDigitArguments>("kthSmallest", "findDigit");

    public void Sum(Activation values, DeviceBuffer target, int index, int samples)
    {
        using var turn = TakeTurn();
        var shape = values.Shape;
        var partial = scratch.Take(SumBytes);
        var arguments = new SumArguments(new ActivationView(values), partial, LaunchSize.RowCount(shape, samples), (uint)samples);
        var size = shape.IsBits ? LaunchSize.OfSum(shape, samples, RowWords(shape)) : LaunchSize.OfSum(shape, samples);
        var kernel = !shape.IsBits ? SumFloatsKernel : IsOfWords(shape) ? SumWordsKernel : SumBytesKernel;
        kernel.Launch(size, arguments);
        StoreSumKernel.Launch(
            LaunchSize.Flat(1),
            new SumOfPartialsArguments(partial, Element(Changing(target, index + 1L, ElementType.Float64), index, ElementType.Float64), size.X * size.Y));
    }

    public void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples)
    {
        using var turn = TakeTurn();
        var shape = values.Shape;
        var view = ActivationView.OfFloats(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, (long)samples * shape.Lanes.Steps * shape.Count);
        var to = Element(Changing(target, index + 1L), index);
        var selection = scratch.Take(SelectionBytes);
        device.Check(DriverAPINativeMethods.MemsetAsync.cuMemsetD8Async(
            new CUdeviceptr { Pointer = selection }, 0, DigitCountBytes, device.Stream), "clear memory");
        foreach (var (shift, bits) in Digits)
        {
            CountDigitsKernel.Launch(
                LaunchSize.OfSum(shape, samples),
                new CountDigitsArguments(view, selection, LaunchSize.RowCount(shape, samples), (uint)samples, (uint)shift, (uint)bits));
            FindDigitKernel.Launch(LaunchSize.Flat(1), new FindDigitArguments(selection, to, k, (uint)shift, (uint)bits));
        }
    }

    /// <summary>Address of an element of a buffer that begins at an address.</summary>
    private static ulong Element(ulong address, int index, ElementType type = ElementType.Float32) =>
        address + (ulong)DeviceBuffer.SizeInBytes(index, type);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SumArguments(ActivationView Values, ulong Partial, uint Rows, uint Samples);

    /// <param name="Target">Of storeSum a double, of addSum a float.</param>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SumOfPartialsArguments(ulong Partial, ulong Target, uint Count);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct CountDigitsArguments(ActivationView Values, ulong Selection, uint Rows, uint Samples, uint Shift, uint Bits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FindDigitArguments(ulong Selection, ulong Target, long Rank, uint Shift, uint Bits);
}
