using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>The largest of windows that lie side by side (native/kernels/maxPool.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<MaxPoolArguments> MaxPoolKernel => field ??= kernels.Load<MaxPoolArguments>("maxPool", "maxPool");

    private Kernel<MaxPoolArguments> MaxPoolBitsKernel => field ??= kernels.Load<MaxPoolArguments>("maxPool", "maxPoolBits");

    private Kernel<MaxPoolArguments> MaxPoolBytesToBitsKernel => field ??= kernels.Load<MaxPoolArguments>("maxPool", "maxPoolBytesToBits");

    private Kernel<MaxPoolArguments> MaxPoolWordsToBitsKernel => field ??= kernels.Load<MaxPoolArguments>("maxPool", "maxPoolWordsToBits");

    private Kernel<MaxPoolGradientArguments> MaxPoolGradientKernel => field ??= kernels.Load<MaxPoolGradientArguments>("maxPool", "maxPoolGradient");

    private Kernel<MaxPoolGradientArguments> MaxPoolBitsGradientKernel =>
        field ??= kernels.Load<MaxPoolGradientArguments>("maxPool", "maxPoolBitsGradient");

    public void MaxPool(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var shape = output.Shape;
        if (shape.IsBits && !input.Shape.IsBits)
        {
            throw new ArgumentException("the largest of floats are floats, this output is bits", nameof(output));
        }

        var arguments = new MaxPoolArguments(new ActivationView(input), new ActivationView(output), LaunchSize.RowCount(shape, samples), (uint)samples);
        if (!shape.IsBits)
        {
            var kernel = input.Shape.IsBits ? MaxPoolBitsKernel : MaxPoolKernel;
            kernel.Launch(LaunchSize.OfFours(shape, samples), arguments);
        }
        else
        {
            var kernel = IsOfWords(shape) ? MaxPoolWordsToBitsKernel : MaxPoolBytesToBitsKernel;
            kernel.Launch(LaunchSize.OfRows(shape, samples, RowWords(shape)), arguments);
        }
    }

    public void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var kernel = input.Shape.IsBits ? MaxPoolBitsGradientKernel : MaxPoolGradientKernel;
        kernel.Launch(
            LaunchSize.OfFours(outputGradient.Shape, samples),
            new MaxPoolGradientArguments(new ActivationView(input), ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient),
                LaunchSize.RowCount(outputGradient.Shape, samples), accumulate ? 1 : 0));
    }

    /// <summary>Whether a position of bits is made of whole 32-bit words, and not of one byte or two.</summary>
    private static bool IsOfWords(ActivationShape shape) => shape.Bits.PositionBytes % sizeof(uint) == 0;

    /// <summary>Words of a row of bits without its border, or bytes where positions are not made of words.</summary>
    private static long RowWords(ActivationShape shape) =>
        (long)shape.Channels * shape.Columns * shape.Bits.PositionBytes / (IsOfWords(shape) ? sizeof(uint) : sizeof(byte));

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MaxPoolArguments(ActivationView Input, ActivationView Output, uint Rows, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MaxPoolGradientArguments(
        ActivationView Input, ActivationView OutputGradient, ActivationView InputGradient, uint Rows, int Accumulate);
}
