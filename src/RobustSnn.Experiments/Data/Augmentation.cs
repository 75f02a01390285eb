using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Training images' random changes (METHODS section 3), in this order: crop, flip, cutout. All zero or false changes nothing.
/// </summary>
/// <param name="CropPadding">Zero pixels added on every side before a random crop of the original size; 4 for 32 × 32 images.</param>
/// <param name="Flip">Mirrors left and right with probability 1/2.</param>
/// <param name="CutoutSize">
/// Side of a square around a uniformly drawn pixel, cut off at the border, that is filled with the data set's mean; 8 for 32 × 32.
/// </param>
public readonly record struct Augmentation(int CropPadding, bool Flip, int CutoutSize)
{
    private enum Draw : uint
    {
        CropRow,
        CropColumn,
        Flip,
        CutoutRow,
        CutoutColumn,
    }

    public static Augmentation None => default;

    /// <summary>
    /// Writes the augmented images as floats in [0,1], (N, C, H, W). In a pass, image i of the set always gets the same changes,
    /// whatever else is in its batch.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not indices.Length·C·H·W long.</exception>
    public void CopyImages(
        ImageSet images, ReadOnlySpan<int> indices, PixelStatistics statistics, ImagePass pass, Span<float> destination)
    {
        var size = images.ImageShape.Count;
        if (destination.Length != (long)indices.Length * size)
        {
            throw new ArgumentException(
                $"{images.Name}: {indices.Length} images of {images.ImageShape} are {(long)indices.Length * size} floats, "
                + $"the destination holds {destination.Length}.",
                nameof(destination));
        }

        for (var i = 0; i < indices.Length; i++)
        {
            var random = new SampleRandom(pass, RandomPurpose.Augmentation, (uint)indices[i]);
            Apply(images.Bytes(indices[i]), images.ImageShape, statistics, random, destination.Slice(i * size, size));
        }
    }

    /// <summary>Images of a shape can be changed so: a crop leaves some of an image, a cutout is no larger than it.</summary>
    /// <exception cref="BadInputException">A setting is negative or too large for the images.</exception>
    public void RequireFits(Shape shape)
    {
        if (CropPadding < 0 || CutoutSize < 0)
        {
            throw new BadInputException(
                $"Augmentation: crop padding and cutout size are 0 (off) or more, found {CropPadding} and {CutoutSize}.");
        }

        var side = Math.Min(shape.Rows, shape.Columns);
        if (CropPadding >= side)
        {
            throw new BadInputException(
                $"data.augmentation.crop: expected less than {side} for images of {shape}, as more could leave nothing of them, "
                + $"found {CropPadding}.");
        }

        if (CutoutSize > side)
        {
            throw new BadInputException(
                $"data.augmentation.cutout: expected at most {side} for images of {shape}, found {CutoutSize}.");
        }
    }

    /// <summary>Writes one augmented image, (C, H, W) floats in [0,1].</summary>
    /// <exception cref="ArgumentException">A length, or the number of statistics, is not that of <paramref name="shape"/>.</exception>
    /// <exception cref="BadInputException">As <see cref="RequireFits"/>.</exception>
    public void Apply(
        ReadOnlySpan<byte> pixels, Shape shape, PixelStatistics statistics, SampleRandom random, Span<float> destination)
    {
        Check(pixels.Length, shape, statistics, destination.Length);

        // Where the crop's upper left corner lies in the original: −padding … padding.
        var top = CropPadding == 0 ? 0 : random.Below((2 * CropPadding) + 1, (uint)Draw.CropRow) - CropPadding;
        var left = CropPadding == 0 ? 0 : random.Below((2 * CropPadding) + 1, (uint)Draw.CropColumn) - CropPadding;
        var mirrored = Flip && random.Below(2, (uint)Draw.Flip) == 1;

        for (var channel = 0; channel < shape.Channels; channel++)
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var to = destination.Slice(((channel * shape.Rows) + row) * shape.Columns, shape.Columns);
                if ((uint)(row + top) >= (uint)shape.Rows)
                {
                    to.Clear();
                    continue;
                }

                var from = pixels.Slice(((channel * shape.Rows) + row + top) * shape.Columns, shape.Columns);
                for (var column = 0; column < to.Length; column++)
                {
                    var source = (mirrored ? to.Length - 1 - column : column) + left;
                    to[column] = (uint)source < (uint)from.Length ? from[source] / 255f : 0f;
                }
            }
        }

        if (CutoutSize > 0)
        {
            CutOut(shape, statistics, random, destination);
        }
    }

    private void CutOut(Shape shape, PixelStatistics statistics, SampleRandom random, Span<float> destination)
    {
        var firstRow = random.Below(shape.Rows, (uint)Draw.CutoutRow) - (CutoutSize / 2);
        var firstColumn = random.Below(shape.Columns, (uint)Draw.CutoutColumn) - (CutoutSize / 2);
        var (top, bottom) = (Math.Max(firstRow, 0), Math.Min(firstRow + CutoutSize, shape.Rows));
        var (left, right) = (Math.Max(firstColumn, 0), Math.Min(firstColumn + CutoutSize, shape.Columns));
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            for (var row = top; row < bottom; row++)
            {
                destination.Slice((((channel * shape.Rows) + row) * shape.Columns) + left, right - left)
                    .Fill((float)statistics.Mean[channel]);
            }
        }
    }

    private void Check(int pixels, Shape shape, PixelStatistics statistics, int destination)
    {
        RequireFits(shape);
        if (pixels != shape.Count || destination != shape.Count)
        {
            throw new ArgumentException($"An image of {shape} has {shape.Count} values, found {pixels} bytes and {destination} floats.");
        }

        if (statistics.Mean.Length != shape.Channels)
        {
            throw new ArgumentException($"{shape.Channels} channels need as many means, found {statistics.Mean.Length}.");
        }
    }
}
