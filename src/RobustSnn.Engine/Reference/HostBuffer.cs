using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>Elements in an ordinary managed array.</summary>
public sealed class HostBuffer : DeviceBuffer
{
    private readonly ReferenceBackend? owner;
    private float[]? floats;
    private double[]? doubles;
    private byte[]? others;

    /// <param name="owner">Who counts it as alive until it is disposed; null for nobody.</param>
    internal HostBuffer(long length, ElementType type = ElementType.Float32, ReferenceBackend? owner = null)
        : base(length, type)
    {
        this.owner = owner;
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
        ElementType.Float32 or ElementType.BitWord => MemoryMarshal.AsBytes(Alive(floats).AsSpan()),
        ElementType.Float64 => MemoryMarshal.AsBytes(Alive(doubles).AsSpan()),
        _ => Alive(others),
    };

    public override void Dispose()
    {
        (floats, doubles, others) = (null, null, null);
        owner?.Forget(this);
    }

    /// <summary>The array behind a buffer of floats.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer, or it holds something else.</exception>
    internal static float[] Of(DeviceBuffer buffer) => Own(buffer) is { Type: ElementType.Float32 } host
        ? host.Alive(host.floats)
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
        ? host.Alive(host.doubles)
        : throw new ArgumentException($"doubles are expected, this buffer holds {buffer.Type}", nameof(buffer));

    /// <summary>The bytes of a buffer, whatever its elements are.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer.</exception>
    internal static Span<byte> BytesOf(DeviceBuffer buffer) => Own(buffer).Memory;

    protected override void Write(ReadOnlySpan<byte> source, long byteStart) => source.CopyTo(Memory[(int)byteStart..]);

    protected override void Read(Span<byte> target, long byteStart) => Memory.Slice((int)byteStart, target.Length).CopyTo(target);

    private T[] Alive<T>(T[]? values)
    {
        ObjectDisposedException.ThrowIf(values is null, this);
        return values;
    }

    private static HostBuffer Own(DeviceBuffer buffer) => buffer as HostBuffer
        ?? throw new ArgumentException($"The reference backend computes on its own buffers, this is a {buffer.GetType().Name}.", nameof(buffer));
}
