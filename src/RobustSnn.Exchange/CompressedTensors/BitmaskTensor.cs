using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using ElementType = RobustSnn.Experiments.Files.ElementType;

namespace RobustSnn.Exchange.CompressedTensors;

/// <summary>
/// A pruned weight X.weight as the format "sparse-bitmask" of compressed-tensors has it, in four tensors. X.shape, I64 [rank], the dense tensor's
/// dimensions; X.compressed, F32 [n], the weights that exist, row by row; X.bitmask, U8, the dense tensor's dimensions with ⌈columns / 8⌉ bytes
/// in place of the last, a bit a weight, the first weight of a byte in its lowest bit; X.row_offsets, I64, the dimensions without the last.
/// </summary>
/// <remarks>
/// The format was made for matrices, where a row's offset is the number of weights before it. Of convolutions its public code counts along the
/// first dimension alone, for each (input, kernel row) apart, and its reader asks for none of them; here they are what that code writes.
/// </remarks>
internal static class BitmaskTensor
{
    /// <summary>Behind the layer's name: the weights that exist.</summary>
    public const string CompressedSuffix = ".compressed";

    private const string WeightSuffix = ".weight";
    private const string BitmaskSuffix = ".bitmask";
    private const string OffsetsSuffix = ".row_offsets";
    private const string ShapeSuffix = ".shape";
    private const int BitsInByte = 8;

    /// <summary>The four tensors of a pruned weight.</summary>
    public static IReadOnlyList<HostTensor> Parts(SparseTensor weight)
    {
        string layer = Layer(weight.Name);
        int[] dimensions = [.. weight.Dimensions];
        int columns = dimensions[^1];
        int rowBytes = RowBytes(columns);
        int rows = columns == 0 ? 0 : weight.Pattern.DenseCount / columns;
        var mask = new byte[rows * rowBytes];
        var counts = new long[rows];
        foreach (int index in weight.Pattern.Existing)
        {
            (int row, int column) = Math.DivRem(index, columns);
            mask[row * rowBytes + column / BitsInByte] |= (byte)(1 << (column % BitsInByte));
            counts[row]++;
        }

        return
        [
            HostTensor.FromLongs(layer + ShapeSuffix, [dimensions.Length], Array.ConvertAll(dimensions, size => (long)size)),
            HostTensor.FromFloats(layer + CompressedSuffix, [weight.Values.Length], weight.Values),
            new HostTensor(layer + BitmaskSuffix, ElementType.U8, [.. dimensions[..^1], rowBytes], mask),
            HostTensor.FromLongs(layer + OffsetsSuffix, dimensions[..^1], Offsets(counts, dimensions[0])),
        ];
    }

    /// <summary>The weight of that name; null where the file has no part of it.</summary>
    /// <exception cref="BadInputException">A part is missing, of another type or size, or says something else than another.</exception>
    public static SparseTensor? Find(TensorFile file, string weight)
    {
        string layer = Layer(weight);
        string[] names = [layer + ShapeSuffix, layer + CompressedSuffix, layer + BitmaskSuffix, layer + OffsetsSuffix];
        if (!Array.Exists(names, name => file.TryGet(name, out _)))
        {
            return null;
        }

        int[] dimensions = Dimensions(file, file[names[0]]);
        HostTensor values = Require(file, file[names[1]], ElementType.F32, null);
        int rowBytes = RowBytes(dimensions[^1]);
        HostTensor mask = Require(file, file[names[2]], ElementType.U8, [.. dimensions[..^1], rowBytes]);
        HostTensor offsets = Require(file, file[names[3]], ElementType.I64, dimensions[..^1]);
        (int[] existing, long[] counts) = Existing(file, mask, dimensions[^1], rowBytes);
        if (existing.Length != values.Count || values.Dimensions.Count != 1)
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{values.Name}' expected [{existing.Length}], a value for each bit of '{mask.Name}', found {values}");
        }

        return !offsets.ToLongs().AsSpan().SequenceEqual(Offsets(counts, dimensions[0]))
            ? throw new BadInputException($"{file.FilePath}: tensor '{offsets.Name}' expected where the rows of '{mask.Name}' begin, found other numbers; the file is damaged")
            : new SparseTensor(weight, dimensions, new SparsityPattern((int)Product(dimensions), existing), values.ToFloats());
    }

    /// <summary>The names of a weight's parts.</summary>
    public static IEnumerable<string> Names(string weight) =>
        Layer(weight) is var layer ? [layer + ShapeSuffix, layer + CompressedSuffix, layer + BitmaskSuffix, layer + OffsetsSuffix] : [];

    private static string Layer(string weight) => weight.EndsWith(WeightSuffix, StringComparison.Ordinal)
        ? weight[..^WeightSuffix.Length]
        : throw new ArgumentException($"only weights are pruned, found '{weight}'", nameof(weight));

    private static int RowBytes(int columns) => (columns + BitsInByte - 1) / BitsInByte;

    private static long Product(int[] dimensions) => dimensions.Aggregate(1L, (count, size) => count * size);

    /// <summary>How many weights exist in the same row of what lies before it along the first dimension.</summary>
    private static long[] Offsets(long[] counts, int outputs)
    {
        int apart = outputs == 0 ? 0 : counts.Length / outputs;
        var offsets = new long[counts.Length];
        for (int row = apart; row < counts.Length; row++)
        {
            offsets[row] = offsets[row - apart] + counts[row - apart];
        }

        return offsets;
    }

    private static int[] Dimensions(TensorFile file, HostTensor shape)
    {
        Require(file, shape, ElementType.I64, null);
        long[] sizes = shape.ToLongs();
        long count = 1;
        foreach (long size in sizes)
        {
            // Sizes below 2^31 each, so that the product of a checked one and the next fits.
            count = size is >= 1 and <= int.MaxValue ? count * size : -1;
            if (count is < 1 or > int.MaxValue)
            {
                break;
            }
        }

        return sizes.Length >= 2 && shape.Dimensions.Count == 1 && count is >= 1 and <= int.MaxValue
            ? Array.ConvertAll(sizes, size => (int)size)
            : throw new BadInputException(
                $"{file.FilePath}: tensor '{shape.Name}' expected at least two sizes from 1 with fewer than 2^31 elements in all, found [{string.Join(", ", sizes.Take(8))}]");
    }

    private static HostTensor Require(TensorFile file, HostTensor tensor, ElementType type, int[]? dimensions) =>
        tensor.ElementType == type && (dimensions is null || tensor.Dimensions.SequenceEqual(dimensions))
            ? tensor
            : throw new BadInputException(
                $"{file.FilePath}: tensor '{tensor.Name}' expected {type}{(dimensions is null ? "" : $" [{string.Join(", ", dimensions)}]")}, found {tensor}");

    private static (int[] Existing, long[] Counts) Existing(TensorFile file, HostTensor mask, int columns, int rowBytes)
    {
        ReadOnlySpan<byte> bytes = mask.Bytes.Span;
        var existing = new List<int>();
        var counts = new long[bytes.Length / rowBytes];
        for (int row = 0; row < counts.Length; row++)
        {
            for (int column = 0; column < rowBytes * BitsInByte; column++)
            {
                if ((bytes[row * rowBytes + column / BitsInByte] >> (column % BitsInByte) & 1) == 0)
                {
                    continue;
                }

                if (column >= columns)
                {
                    throw new BadInputException($"{file.FilePath}: tensor '{mask.Name}' has a bit in row {row} beyond its {columns} columns; the file is damaged");
                }

                existing.Add(row * columns + column);
                counts[row]++;
            }
        }

        return ([.. existing], counts);
    }
}
