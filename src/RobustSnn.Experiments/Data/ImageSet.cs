using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Labelled images held in memory and never changed: pixels are bytes in (N, C, H, W) order, labels are 0 … Classes − 1.
/// </summary>
public sealed class ImageSet : IImages
{
    private readonly ImmutableArray<byte> pixels;
    private readonly ImmutableArray<int> labels;

    /// <param name="name">How messages and results call this set, e.g. <c>cifar10 test</c>.</param>
    /// <param name="imageShape">Channels × rows × columns of every image.</param>
    /// <param name="classNames">One name a class, in label order.</param>
    /// <param name="pixels">N·C·H·W bytes.</param>
    /// <param name="labels">N labels.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a label is not a class.</exception>
    public ImageSet(
        string name, Shape imageShape, ImmutableArray<string> classNames, ImmutableArray<byte> pixels, ImmutableArray<int> labels)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (imageShape.Channels < 1 || imageShape.Rows < 1 || imageShape.Columns < 1)
        {
            throw new ArgumentException($"{name}: every side of an image is at least 1, found {imageShape}.", nameof(imageShape));
        }

        if (classNames.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{name}: no classes.", nameof(classNames));
        }

        if (labels.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{name}: no images.", nameof(labels));
        }

        var expected = (long)labels.Length * imageShape.Count;
        if (pixels.IsDefault || pixels.Length != expected)
        {
            throw new ArgumentException(
                $"{name}: {labels.Length} images of {imageShape} have {expected} pixel bytes, found {(pixels.IsDefault ? 0 : pixels.Length)}.",
                nameof(pixels));
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classNames.Length)
            {
                throw new ArgumentException(
                    $"{name}: image {i} has label {labels[i]}, expected 0 … {classNames.Length - 1}.", nameof(labels));
            }
        }

        Name = name;
        ImageShape = imageShape;
        ClassNames = classNames;
        this.pixels = pixels;
        this.labels = labels;
    }

    public string Name { get; }

    /// <summary>Channels × rows × columns of every image.</summary>
    public Shape ImageShape { get; }

    public int Channels => ImageShape.Channels;

    public int Rows => ImageShape.Rows;

    public int Columns => ImageShape.Columns;

    /// <summary>The number of classes.</summary>
    public int Classes => ClassNames.Length;

    /// <summary>One name a class, in label order.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>The number of images.</summary>
    public int Count => labels.Length;

    /// <summary>N labels, each 0 … Classes − 1.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan();

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        CheckIndex(index);
        return pixels.AsSpan(index * ImageShape.Count, ImageShape.Count);
    }

    /// <summary>Writes one image as floats in [0,1] (byte / 255), (C, H, W).</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not C·H·W long.</exception>
    public void CopyImage(int index, Span<float> destination)
    {
        var bytes = Bytes(index);
        if (destination.Length != bytes.Length)
        {
            throw new ArgumentException(
                $"{Name}: an image of {ImageShape} is {bytes.Length} floats, the destination holds {destination.Length}.",
                nameof(destination));
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            destination[i] = bytes[i] / 255f;
        }
    }

    /// <summary>Writes a batch as floats in [0,1], (N, C, H, W), in the order of <paramref name="indices"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not indices.Length·C·H·W long.</exception>
    public void CopyImages(ReadOnlySpan<int> indices, Span<float> destination)
    {
        var size = ImageShape.Count;
        if (destination.Length != (long)indices.Length * size)
        {
            throw new ArgumentException(
                $"{Name}: {indices.Length} images of {ImageShape} are {(long)indices.Length * size} floats, "
                + $"the destination holds {destination.Length}.",
                nameof(destination));
        }

        for (var i = 0; i < indices.Length; i++)
        {
            CopyImage(indices[i], destination.Slice(i * size, size));
        }
    }

    /// <inheritdoc/>
    public void CopyLabels(ReadOnlySpan<int> indices, Span<int> destination)
    {
        if (destination.Length != indices.Length)
        {
            throw new ArgumentException(
                $"{Name}: {indices.Length} labels were asked for, the destination holds {destination.Length}.", nameof(destination));
        }

        for (var i = 0; i < indices.Length; i++)
        {
            CheckIndex(indices[i]);
            destination[i] = labels[indices[i]];
        }
    }

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has images 0 … {Count - 1}.");
        }
    }
}
