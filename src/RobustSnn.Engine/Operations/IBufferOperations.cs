using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Operations;

/// <summary>Operations on whole buffers.</summary>
public interface IBufferOperations
{
    /// <summary>Sets every element.</summary>
    void Fill(DeviceBuffer target, float value);

    /// <summary>Copies the first <paramref name="count"/> elements, of the same type.</summary>
    void Copy(DeviceBuffer source, DeviceBuffer target, long count);

    /// <summary>target = keep·target + scale·source, over all of target: sums, running averages, scaling.</summary>
    void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source);

    /// <summary>target = max(target, minimum).</summary>
    void ClampBelow(DeviceBuffer target, float minimum);

    /// <summary>The first <paramref name="count"/> elements become draw 0, 1, … of the stream.</summary>
    void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key);

    /// <summary>
    /// Element j of the image of sample i becomes draw j of the stream <c>key.Derive(numbers[i])</c>: of the sample itself, whatever its place
    /// in the batch and whoever else is in it.
    /// </summary>
    /// <param name="target">Images of all samples that there is room for, one after the other.</param>
    /// <param name="numbers">Each sample's number in its data set, <see cref="ElementType.Int32"/>; as long as there is room for samples.</param>
    void RandomFillSamples(DeviceBuffer target, DeviceBuffer numbers, RandomKind kind, RandomKey key, int samples);
}
