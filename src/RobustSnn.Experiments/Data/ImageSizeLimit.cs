using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// How many pixels an image may have. A file of a few kilobytes can claim gigabytes of them, so its header is held against this limit
/// before any memory is taken.
/// </summary>
internal static class ImageSizeLimit
{
    /// <summary>The environment variable that sets another limit.</summary>
    public const string Variable = "RSNN_MAX_IMAGE_PIXELS";

    /// <summary>64 megapixels: more than a camera's picture, a fifth of a gigabyte while it is decoded.</summary>
    private const int Default = 64_000_000;

    /// <summary>Four bytes a pixel must fit into one array.</summary>
    private const int Largest = 500_000_000;

    /// <summary>The limit in force.</summary>
    /// <exception cref="BadInputException">The environment variable is no number of pixels.</exception>
    public static int Pixels => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <exception cref="BadInputException">The text is no whole number of 1 to 500,000,000.</exception>
    public static int Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Default;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels is >= 1 and <= Largest
            ? pixels
            : throw new BadInputException($"{Variable}: expected a whole number of pixels, 1 to {Largest}, found \"{text}\".");
    }

    /// <summary>Takes sides as a header gives them, and returns them as ints whose product is within the limit.</summary>
    /// <exception cref="BadInputException">The image is empty, or has more pixels.</exception>
    public static (int Rows, int Columns) Check(string path, long rows, long columns, int limit)
    {
        if (rows < 1 || columns < 1)
        {
            throw new BadInputException($"{path}: its header says {rows} rows and {columns} columns, expected at least 1. Remove it.");
        }

        // Each side is at most 2³² − 1, so their product may not fit 64 bits with a sign.
        if ((UInt128)rows * (UInt128)columns > (UInt128)limit)
        {
            throw new BadInputException(
                $"{path}: its header says {rows} rows and {columns} columns, more than the {limit} pixels that an image may have. "
                + $"Make it smaller, or set the environment variable {Variable} to a larger number.");
        }

        return ((int)rows, (int)columns);
    }
}
