using System.Collections.Immutable;
using System.Text;

namespace RobustSnn.Experiments.Data;

/// <summary>One variable of a MATLAB 5 file: flags, dimensions, name, and then the numbers.</summary>
/// <param name="elements">Behind the variable's own tag.</param>
internal sealed class MatMatrixReader(MatElementReader elements)
{
    private const int FlagsBytes = 8;
    private const int MaximumDimensions = 32;
    private const int MaximumName = 255;
    private const uint ClassMask = 0xFF;
    private const uint ComplexFlag = 0x0800;

    // Classes of arrays: 6 to 15 are double, single and the whole numbers, below are cells, structures, text and sparse ones.
    private const uint FirstNumeric = 6;
    private const uint LastNumeric = 15;

    /// <summary>The variable, where it is a wanted one; null, and what is behind its name unread, where it is another.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or a wanted one of another kind or size.</exception>
    public (string Name, byte[] Values)? Read(ImmutableArray<MatArray> wanted)
    {
        var flags = elements.UInt32(elements.Read(MatType.UInt32, FlagsBytes, FlagsBytes, "a variable's flags"));
        var dimensions = Dimensions(elements.Read(MatType.Int32, 2 * sizeof(int), MaximumDimensions * sizeof(int), "a variable's dimensions"));
        var name = Encoding.ASCII.GetString(elements.Read(MatType.Int8, 0, MaximumName, "a variable's name"));
        var index = wanted.Select(array => array.Name).ToList().IndexOf(name);
        if (index < 0)
        {
            return null;
        }

        if ((flags & ClassMask) is < FirstNumeric or > LastNumeric || (flags & ComplexFlag) != 0)
        {
            throw new InvalidDataException($"the variable {name} is no array of real numbers (flags {flags:X})");
        }

        if (!dimensions.SequenceEqual(wanted[index].Dimensions))
        {
            throw new InvalidDataException($"the variable {name} is {MatArray.Text(dimensions)}, expected {MatArray.Text(wanted[index].Dimensions)}");
        }

        var values = new byte[wanted[index].Count];
        elements.ReadBytes(name, values);
        return (name, values);
    }

    private int[] Dimensions(byte[] bytes)
    {
        var dimensions = new int[bytes.Length / sizeof(int)];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = (int)elements.UInt32(bytes.AsSpan(i * sizeof(int)));
        }

        return dimensions;
    }
}
