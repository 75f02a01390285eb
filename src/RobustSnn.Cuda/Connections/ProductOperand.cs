using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>
/// A matrix for each position and tap; native/kernels/dense.cu has the same fields. The values at a position, channels × lanes, are one: column
/// by column, a column a channel. So are those at neighbouring positions of a row.
/// </summary>
/// <param name="Address">Of the first.</param>
/// <param name="Block">Bytes from one lane block's to the next, and so on.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ProductOperand(ulong Address, long Block, long Row, long Column, long TapRow, long TapColumn)
{
    /// <summary>The values of a map that has floats at an address, as they lie.</summary>
    public static ProductOperand Of(ActivationShape shape, ulong address) => new(
        address + (ulong)shape.Offset(0, 0, 0) * sizeof(float),
        shape.BlockStride * sizeof(float), RowBytes(shape), ColumnBytes(shape), 0, 0);

    /// <summary>What a convolution's output positions read of its input: tap rows go down.</summary>
    public static ProductOperand ReadBy(ConvolutionGeometry g, ActivationShape input, ulong address) => Of(input, address)
        .Moved(-g.Padding * (RowBytes(input) + ColumnBytes(input))) with
    {
        Row = g.StrideRows * RowBytes(input),
        Column = g.StrideColumns * ColumnBytes(input),
        TapRow = RowBytes(input),
        TapColumn = ColumnBytes(input),
    };

    /// <summary>What the gradient at a convolution's input positions reads of its output's, of stride 1: tap rows go up, columns to the right.</summary>
    public static ProductOperand ReadBackBy(ConvolutionGeometry g, ActivationShape outputGradient, ulong address) => Of(outputGradient, address)
        .Moved(g.Padding * RowBytes(outputGradient) + (g.Padding - g.KernelColumns + 1) * ColumnBytes(outputGradient)) with
    {
        TapRow = -RowBytes(outputGradient),
    };

    /// <summary>Weights: the same at every position.</summary>
    public static ProductOperand OfWeights(ulong address, long tapRow, long tapColumn = 0) =>
        new(address, 0, 0, 0, tapRow * sizeof(float), tapColumn * sizeof(float));

    private static long RowBytes(ActivationShape shape) => (long)shape.RowStride * sizeof(float);

    private static long ColumnBytes(ActivationShape shape) => (long)shape.PositionStride * sizeof(float);

    private ProductOperand Moved(long bytes) => this with { Address = Address + (ulong)bytes };
}
