using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Labelled images of one shape, by their numbers.</summary>
public interface IImages
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>Channels × rows × columns of every image.</summary>
    Shape ImageShape { get; }

    /// <summary>The bytes of one image, (C, H, W).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no image of that number.</exception>
    ReadOnlySpan<byte> Bytes(int index);

    /// <summary>Writes the labels of a batch, in the order of <paramref name="indices"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not as long as <paramref name="indices"/>.</exception>
    void CopyLabels(ReadOnlySpan<int> indices, Span<int> destination);
}
