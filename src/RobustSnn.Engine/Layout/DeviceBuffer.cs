using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Layout;

/// <summary>What a buffer's elements are.</summary>
public enum ElementType
{
    /// <summary>32-bit floats: all that networks compute with, unless a backend says otherwise.</summary>
    Float32,

    /// <summary>64-bit floats: sums over many values.</summary>
    Float64,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16,

    /// <summary>32-bit signed integers.</summary>
    Int32,

    /// <summary>Bytes.</summary>
    Byte,

    /// <summary>Words of 32 bits, each a value of its own: spikes.</summary>
    BitWord,
}

/// <summary>Memory of the device that a backend computes on; zero when allocated.</summary>
/// <remarks>
/// The only way between host and device: a backend's operations take no host arrays. An upload is done with its source when it returns, and
/// comes after the operations called before it; a download waits for them.
/// </remarks>
/// <param name="length">Number of elements.</param>
/// <param name="type">What they are.</param>
public abstract class DeviceBuffer(long length, ElementType type = ElementType.Float32) : IDisposable
{
    /// <summary>Number of elements.</summary>
    public long Length { get; } = length;

    /// <summary>What the elements are.</summary>
    public ElementType Type { get; } = type;

    /// <summary>
    /// Changes with every upload and with every operation that may have changed an element, so that whoever keeps the values in another form
    /// sees when they count no more. That is the one protocol: changed weights count from the next operation on, on every backend.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>Bytes of all elements.</summary>
    public long Bytes => SizeInBytes(Length, Type);

    /// <summary>Bytes of so many elements.</summary>
    /// <exception cref="OverflowException">They are more than 2⁶³.</exception>
    public static long SizeInBytes(long length, ElementType type) => checked(length * type switch
    {
        ElementType.Float32 or ElementType.Int32 or ElementType.BitWord => sizeof(float),
        ElementType.Float64 => sizeof(double),
        ElementType.Float16 or ElementType.BFloat16 => sizeof(ushort),
        ElementType.Byte => sizeof(byte),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    });

    /// <summary>Copies host floats into the buffer, from element <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not fit.</exception>
    public void Upload(ReadOnlySpan<float> source, long start = 0) => UploadAs(source, start);

    /// <summary>Copies host values into the buffer, from element <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not fit.</exception>
    /// <exception cref="ArgumentException">They are not as wide as the buffer's elements.</exception>
    public void UploadAs<T>(ReadOnlySpan<T> source, long start = 0)
        where T : unmanaged
    {
        Check<T>(source.Length, start);
        Write(MemoryMarshal.AsBytes(source), start * Unsafe.SizeOf<T>());
        MarkChanged();
    }

    /// <summary>For backends: an operation writes to the buffer.</summary>
    public void MarkChanged() => Version++;

    /// <summary>Copies the buffer's floats from element <paramref name="start"/> on, as many as <paramref name="target"/> holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer holds fewer.</exception>
    public void Download(Span<float> target, long start = 0) => DownloadAs(target, start);

    /// <summary>Copies the buffer's elements from <paramref name="start"/> on, as many as <paramref name="target"/> holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer holds fewer.</exception>
    /// <exception cref="ArgumentException">They are not as wide as the target's.</exception>
    public void DownloadAs<T>(Span<T> target, long start = 0)
        where T : unmanaged
    {
        Check<T>(target.Length, start);
        Read(MemoryMarshal.AsBytes(target), start * Unsafe.SizeOf<T>());
    }

    /// <summary>As <see cref="Download(Span{float}, long)"/>, while the device goes on: the target is whole when the task has ended.</summary>
    public virtual ValueTask DownloadAsync(Memory<float> target, long start = 0)
    {
        Download(target.Span, start);
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies the first <paramref name="count"/> floats (all of them by default) into a new array.</summary>
    public float[] ToArray(int count = -1)
    {
        var values = new float[count < 0 ? checked((int)Length) : count];
        Download(values);
        return values;
    }

    public abstract void Dispose();

    /// <summary>Copies bytes into the buffer, where they have been found to fit.</summary>
    protected abstract void Write(ReadOnlySpan<byte> source, long byteStart);

    /// <summary>Copies bytes of the buffer, which have been found to be there.</summary>
    protected abstract void Read(Span<byte> target, long byteStart);

    private void Check<T>(int count, long start)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - count);
        if (Unsafe.SizeOf<T>() != SizeInBytes(1, Type))
        {
            throw new ArgumentException($"the buffer's elements are {Type}, {typeof(T).Name} is not as wide");
        }
    }
}
