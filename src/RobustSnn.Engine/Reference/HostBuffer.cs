namespace RobustSnn.Engine.Reference;

/// <summary>Floats in an ordinary managed array.</summary>
public sealed class HostBuffer(long length) : DeviceBuffer(length)
{
    internal float[] Values { get; } = new float[length];

    /// <summary>The array behind a buffer.</summary>
    /// <exception cref="ArgumentException">Another backend allocated the buffer.</exception>
    internal static float[] Of(DeviceBuffer buffer) => buffer is HostBuffer host
        ? host.Values
        : throw new ArgumentException($"The reference backend computes on its own buffers, this is a {buffer.GetType().Name}.", nameof(buffer));

    public override void Upload(ReadOnlySpan<float> source, long start = 0) => source.CopyTo(Range(start, source.Length));

    public override void Download(Span<float> target, long start = 0) => Range(start, target.Length).CopyTo(target);

    public override void Dispose()
    {
    }

    private Span<float> Range(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - count);
        return Values.AsSpan((int)start, count);
    }
}
