using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// A data set's training images followed by extra ones: an image of the data set keeps its number, and the extra ones are numbered from
/// there on, so that no two images share what is drawn by number.
/// </summary>
public sealed class ExtendedImages : IImages
{
    private readonly ImageSet own;
    private readonly ImageSet extra;

    /// <exception cref="ArgumentException">The two have other shapes or classes, or are too many for one numbering.</exception>
    public ExtendedImages(ImageSet own, ImageSet extra)
    {
        if (!own.ImageShape.Equals(extra.ImageShape) || own.Classes != extra.Classes)
        {
            throw new ArgumentException(
                $"{extra.Name}: {extra.Classes} classes of {extra.ImageShape} do not go with {own.Classes} of {own.ImageShape} in {own.Name}.",
                nameof(extra));
        }

        if ((long)own.Count + extra.Count > int.MaxValue)
        {
            throw new ArgumentException($"{own.Count} and {extra.Count} images are more than {int.MaxValue}.", nameof(extra));
        }

        this.own = own;
        this.extra = extra;
    }

    public string Name => $"{own.Name} and {extra.Name}";

    public Shape ImageShape => own.ImageShape;

    public ReadOnlySpan<byte> Bytes(int index) => index < own.Count ? own.Bytes(index) : extra.Bytes(index - own.Count);

    public void CopyLabels(ReadOnlySpan<int> indices, Span<int> destination)
    {
        if (destination.Length != indices.Length)
        {
            throw new ArgumentException(
                $"{Name}: {indices.Length} labels were asked for, the destination holds {destination.Length}.", nameof(destination));
        }

        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            destination[i] = index < own.Count ? own.Labels[index] : extra.Labels[index - own.Count];
        }
    }
}
