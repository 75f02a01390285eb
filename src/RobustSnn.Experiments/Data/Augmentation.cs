using System.Buffers;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Training images' random changes (METHODS section 3), in this order: crop or resized crop, flip, cutout. All zero or false changes nothing.
/// </summary>
/// <param name="CropPadding">Zero pixels added on every side before a random crop of the original size; 4 for 32 × 32 images.</param>
/// <param name="Flip">Mirrors left and right with probability 1/2.</param>
/// <param name="CutoutSize">
/// Side of a square around a uniformly drawn pixel, cut off at the border, that is filled with the data set's mean; 8 for 32 × 32.
/// </param>
/// <param name="ResizedCropSize">
/// Side to which a random box of the image is brought (<see cref="ResizedCrop"/>), in the place of a padded crop; that of the images
/// themselves, 64 for TinyImageNet.
/// </param>
public readonly record struct Augmentation(int CropPadding, bool Flip, int CutoutSize, int ResizedCropSize = 0)
{
    private enum Draw : uint
    {
        CropRow,
        CropColumn,
        Flip,
        CutoutRow,
        CutoutColumn,
        ResizedCrop,
    }

    public static Augmentation None => default;

    /// <summary>
    /// Writes the augmented images as floats in [0,1], (N, C, H, W). In a pass, image i of the set always gets the same changes,
    /// whatever else is in its batch.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is not indices.Length·C·H·W long.</exception>
    public void CopyImages(
        IImages images, ReadOnlySpan<int> indices, PixelStatistics statistics, ImagePass pass, Span<float> destination)
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
        if (CropPadding < 0 || CutoutSize < 0 || ResizedCropSize < 0)
        {
            throw new BadInputException(
                "Augmentation: crop padding, cutout and resized crop size are 0 (off) or more, found "
                + $"{CropPadding}, {CutoutSize} and {ResizedCropSize}.");
        }

        if (CropPadding > 0 && ResizedCropSize > 0)
        {
            throw new BadInputException(
                $"data.augmentation: expected a crop or a resized crop, found both, {CropPadding} and {ResizedCropSize}; set one of them to 0.");
        }

        // Test images are not resized, and a network has one size of input.
        if (ResizedCropSize > 0 && (shape.Rows != ResizedCropSize || shape.Columns != ResizedCropSize))
        {
            throw new BadInputException(
                $"data.augmentation.resized_crop: expected the side of the images themselves, which are {shape}, or 0, found {ResizedCropSize}.");
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

        if (ResizedCropSize > 0)
        {
            Resize(pixels, shape, random, destination);
        }
        else
        {
            Crop(pixels, shape, random, destination);
        }

        if (CutoutSize > 0)
        {
            CutOut(shape, statistics, random, destination);
        }
    }

    private void Crop(ReadOnlySpan<byte> pixels, Shape shape, SampleRandom random, Span<float> destination)
    {
        // Where the crop's upper left corner lies in the original: −padding … padding.
        var top = CropPadding == 0 ? 0 : random.Below((2 * CropPadding) + 1, (uint)Draw.CropRow) - CropPadding;
        var left = CropPadding == 0 ? 0 : random.Below((2 * CropPadding) + 1, (uint)Draw.CropColumn) - CropPadding;
        var mirrored = IsMirrored(random);
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
    }

    private void Resize(ReadOnlySpan<byte> pixels, Shape shape, SampleRandom random, Span<float> destination)
    {
        var resized = ArrayPool<byte>.Shared.Rent(shape.Count);
        var box = ResizedCrop.Draw(shape, random, (uint)Draw.ResizedCrop);
        BilinearResize.Resize(pixels, shape, box, shape, resized.AsSpan(0, shape.Count));
        var mirrored = IsMirrored(random);
        for (var start = 0; start < shape.Count; start += shape.Columns)
        {
            var from = resized.AsSpan(start, shape.Columns);
            var to = destination.Slice(start, shape.Columns);
            for (var column = 0; column < to.Length; column++)
            {
                to[column] = from[mirrored ? to.Length - 1 - column : column] / 255f;
            }
        }

        ArrayPool<byte>.Shared.Return(resized);
    }

    private bool IsMirrored(SampleRandom random) => Flip && random.Below(2, (uint)Draw.Flip) == 1;

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
