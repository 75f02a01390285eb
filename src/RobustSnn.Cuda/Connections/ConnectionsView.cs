using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>A pruned layer's connections as kernels see them: native/kernels/connections.h has the same fields, and says what they are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ConnectionsView(
    ulong Weights, ulong Existing, ulong Order, ulong Starts, int StartsOfChannel, int Inputs, int KernelRows, int KernelColumns)
{
    /// <summary>In the weights' own order, by outputs.</summary>
    public static ConnectionsView ByOutputs(ConvolutionGeometry g, ConnectionLists lists, ulong weights) =>
        new(weights, lists.Existing, 0, lists.OutputStarts, 1, g.Inputs, g.KernelRows, g.KernelColumns);

    /// <summary>By inputs.</summary>
    public static ConnectionsView ByInputs(ConvolutionGeometry g, ConnectionLists lists, ulong weights) =>
        new(weights, lists.Existing, lists.Order, lists.Starts, g.Taps, g.Inputs, g.KernelRows, g.KernelColumns);
}

/// <summary>How far taps and channels of a source are apart, in its floats or in bytes of its bits; native/kernels/connections.h has the same fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TapsView(long First, int RowStep, int ColumnStep, int OfRow, int OfColumn, int Channel)
{
    /// <summary>What a convolution's output positions read of its input.</summary>
    public static TapsView ReadBy(ConvolutionGeometry g, ActivationShape input)
    {
        var (row, column, channel) = Strides(input);
        return new TapsView(-(long)g.Padding * (row + column), checked(g.StrideRows * row), checked(g.StrideColumns * column), row, column, channel);
    }

    /// <summary>What the gradient at a convolution's input positions reads of its output's, of stride 1.</summary>
    public static TapsView ReadBackBy(ConvolutionGeometry g, ActivationShape outputGradient)
    {
        var (row, column, channel) = Strides(outputGradient);
        return new TapsView((long)g.Padding * (row + column), row, column, -row, -column, channel);
    }

    private static (int Row, int Column, int Channel) Strides(ActivationShape shape) => shape.IsBits
        ? (shape.Bits.RowStride, shape.Bits.PositionBytes, shape.Bits.ChannelStride)
        : (shape.RowStride, shape.PositionStride, shape.Lanes.Width);
}
