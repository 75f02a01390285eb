namespace RobustSnn.Engine;

/// <summary>Operations on whole buffers.</summary>
public interface IBufferOperations
{
    /// <summary>Sets every element.</summary>
    void Fill(DeviceBuffer target, float value);

    /// <summary>Copies the first <paramref name="count"/> floats.</summary>
    void Copy(DeviceBuffer source, DeviceBuffer target, long count);

    /// <summary>target = keep·target + scale·source, over all of target: sums, running averages, scaling.</summary>
    void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source);

    /// <summary>target = max(target, minimum).</summary>
    void ClampBelow(DeviceBuffer target, float minimum);

    /// <summary>The first <paramref name="count"/> elements become draw 0, 1, … of the stream.</summary>
    void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key);
}
