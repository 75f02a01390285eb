namespace RobustSnn.Engine;

/// <summary>Floats in the memory of the device that a backend computes on; zero when allocated.</summary>
/// <remarks>The only way between host and device: a backend's operations take no host arrays.</remarks>
public abstract class DeviceBuffer(long length) : IDisposable
{
    /// <summary>Number of floats.</summary>
    public long Length { get; } = length;

    /// <summary>Copies host floats into the buffer, from element <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not fit.</exception>
    public abstract void Upload(ReadOnlySpan<float> source, long start = 0);

    /// <summary>Copies the buffer's floats from element <paramref name="start"/> on, as many as <paramref name="target"/> holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer holds fewer.</exception>
    public abstract void Download(Span<float> target, long start = 0);

    /// <summary>Copies the first <paramref name="count"/> floats (all of them by default) into a new array.</summary>
    public float[] ToArray(int count = -1)
    {
        var values = new float[count < 0 ? checked((int)Length) : count];
        Download(values);
        return values;
    }

    public abstract void Dispose();
}
