using System.Runtime.InteropServices;
using RobustSnn.Cuda.Device;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Kernels;

/// <summary>An activation as kernels see it: native/kernels/activation.h has the same fields in the same order, and says what they are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ActivationView
{
    public readonly ulong Data;
    public readonly long BlockStride;
    public readonly int RowStride;
    public readonly int ColumnStride;
    public readonly int ChannelStride;
    public readonly int Channels;
    public readonly int Rows;
    public readonly int Columns;
    public readonly int Width;
    public readonly int BlockSamples;
    public readonly int Steps;
    public readonly int IsBits;

    /// <exception cref="ArgumentException">The activation is another backend's.</exception>
    public ActivationView(Activation activation)
        : this(activation.Shape, CudaBuffer.Own(activation.Buffer).Address)
    {
    }

    /// <summary>One that lies in memory of another kind than a buffer of its own.</summary>
    public ActivationView(ActivationShape shape, ulong address)
    {
        (Channels, Rows, Columns) = (shape.Channels, shape.Rows, shape.Columns);
        (Width, BlockSamples, Steps) = (shape.Lanes.Width, shape.Lanes.BlockSamples, shape.Lanes.Steps);
        if (shape.IsBits)
        {
            var bits = shape.Bits;
            IsBits = 1;
            Data = address + (ulong)bits.Offset(0, 0, 0);
            (BlockStride, RowStride, ColumnStride, ChannelStride) = (bits.BlockStride, bits.RowStride, bits.PositionBytes, bits.ChannelStride);
        }
        else
        {
            Data = address + (ulong)shape.Offset(0, 0, 0) * sizeof(float);
            (BlockStride, RowStride, ColumnStride, ChannelStride) = (shape.BlockStride, shape.RowStride, shape.PositionStride, shape.Lanes.Width);
        }
    }

    /// <summary>An activation that the operation takes as floats only.</summary>
    /// <exception cref="ArgumentException">It is bits, or another backend's.</exception>
    public static ActivationView OfFloats(Activation activation) => activation.Shape.IsBits
        ? throw new ArgumentException("the operation takes floats, this activation is bits: Unpack it first", nameof(activation))
        : new ActivationView(activation);

    /// <summary>An activation that the operation takes as bits only.</summary>
    /// <exception cref="ArgumentException">It is floats, or another backend's.</exception>
    public static ActivationView OfBits(Activation activation) => activation.Shape.IsBits
        ? new ActivationView(activation)
        : throw new ArgumentException("bits are expected, this activation is floats", nameof(activation));
}
