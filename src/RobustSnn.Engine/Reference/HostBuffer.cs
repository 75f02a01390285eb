using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>Elements in an ordinary managed array.</summary>
public sealed class HostBuffer : DeviceBuffer
{
    private readonly float[] floats = [];
    private readonly double[] doubles = [];
    private readonly byte[] others = [];

    public HostBuffer(long length, ElementType type = ElementType.Float32)
        : base(length, type)
    {
        switch (type)
        {
            case ElementType.Float32 or ElementType.BitWord:
                floats = new float[length];
                break;
            case ElementType.Float64:
                doubles = new double[length];
                break;
            default:
                others = new byte[Bytes];
                break;
        }
    }

    private Span<byte> Memory => Type switch
    {
        ElementType.Float32 or ElementType.BitWord => MemoryMarshal.AsBytes(floats.AsSpan()),
        ElementType.Float64 => MemoryMarshal.AsBytes(doubles.AsSpan()),
        _ => others,
    };

    public override void Dispose()
    {
    }

    /// <summary>The array behind a buffer of floats.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer, or it holds something else.</exception>
    internal static float[] Of(DeviceBuffer buffer) => Own(buffer) is { Type: ElementType.Float32 } host
        ? host.floats
        : throw new ArgumentException($"floats are expected, this buffer holds {buffer.Type}", nameof(buffer));

    /// <summary>The array behind a buffer of floats that an operation writes to.</summary>
    /// <exception cref="ArgumentException">As <see cref="Of"/>.</exception>
    internal static float[] Changing(DeviceBuffer buffer)
    {
        buffer.MarkChanged();
        return Of(buffer);
    }

    /// <summary>The array behind a buffer of doubles.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer, or it holds something else.</exception>
    internal static double[] DoublesOf(DeviceBuffer buffer) => Own(buffer) is { Type: ElementType.Float64 } host
        ? host.doubles
        : throw new ArgumentException($"doubles are expected, this buffer holds {buffer.Type}", nameof(buffer));

    /// <summary>The bytes of a buffer, whatever its elements are.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer.</exception>
    internal static Span<byte> BytesOf(DeviceBuffer buffer) => Own(buffer).Memory;

    protected override void Write(ReadOnlySpan<byte> source, long byteStart) => source.CopyTo(Memory[(int)byteStart..]);

    protected override void Read(Span<byte> target, long byteStart) => Memory.Slice((int)byteStart, target.Length).CopyTo(target);

    private static HostBuffer Own(DeviceBuffer buffer) => buffer as HostBuffer
        ?? throw new ArgumentException($"The reference backend computes on its own buffers, this is a {buffer.GetType().Name}.", nameof(buffer));
}
