using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// A pruned tensor NAME in a file. Three tensors hold it, and nothing of what was pruned:
/// NAME.values, [n], its n existing elements, F32, or I16 or I8 where it is of a quantised network; NAME.indices, I32 [n], where they are in the dense tensor, whose elements count row by
/// row from 0, strictly ascending, or, of a quantised network, NAME.gaps (<see cref="IndexGaps"/>); NAME.shape, I32 [rank], the dense tensor's dimensions, outermost first.
/// </summary>
/// <remarks>In PyTorch: dense = zeros(shape); dense.view(-1)[indices.long()] = values.</remarks>
public sealed class SparseTensor
{
    /// <summary>Behind the tensor's name: its existing elements.</summary>
    public const string ValuesSuffix = ".values";

    private const string IndicesSuffix = ".indices";
    private const string GapsSuffix = ".gaps";
    private const string ShapeSuffix = ".shape";

    private static readonly string[] Suffixes = [ValuesSuffix, IndicesSuffix, GapsSuffix, ShapeSuffix];

    private readonly bool asGaps;
    private float[]? floats;

    /// <param name="dimensions">Of the dense tensor.</param>
    /// <param name="pattern">Which of its elements exist.</param>
    /// <param name="values">The existing elements, in the pattern's order; kept, not copied.</param>
    /// <exception cref="ArgumentException">Pattern, dimensions and values do not belong together.</exception>
    public SparseTensor(string name, IReadOnlyList<int> dimensions, SparsityPattern pattern, float[] values)
        : this(name, dimensions, pattern, HostTensor.FromFloats(name + ValuesSuffix, [values.Length], values)) => floats = values;

    /// <param name="values">As the file has them, of any type.</param>
    /// <param name="asGaps">Whether a file has its indices as gaps: a byte or little more each, in place of four.</param>
    /// <inheritdoc cref="SparseTensor(string, IReadOnlyList{int}, SparsityPattern, float[])"/>
    public SparseTensor(string name, IReadOnlyList<int> dimensions, SparsityPattern pattern, HostTensor values, bool asGaps = false)
    {
        if (values.Count != pattern.Count || dimensions.Aggregate(1L, (count, size) => count * size) != pattern.DenseCount)
        {
            throw new ArgumentException(
                $"tensor {name}: {values.Count} values for {pattern.Count} of {pattern.DenseCount} elements of [{string.Join(", ", dimensions)}]",
                nameof(values));
        }

        this.asGaps = asGaps;
        Name = name;
        Dimensions = [.. dimensions];
        Pattern = pattern;
        Stored = values.Renamed(name + ValuesSuffix);
    }

    /// <summary>The dense tensor's name, as in PyTorch's state_dict.</summary>
    public string Name { get; }

    /// <summary>The dense tensor's sizes, outermost first.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>Which elements exist.</summary>
    public SparsityPattern Pattern { get; }

    /// <summary>The existing elements, in the pattern's order, as a file has them.</summary>
    public HostTensor Stored { get; }

    /// <summary>The existing elements, in the pattern's order.</summary>
    /// <exception cref="BadInputException">They are whole numbers.</exception>
    public float[] Values => floats ??= Stored.ToFloats();

    /// <summary>What a file holds of it.</summary>
    public IReadOnlyList<HostTensor> Parts => [Stored, IndexPart, HostTensor.FromInts(Name + ShapeSuffix, [Dimensions.Count], [.. Dimensions])];

    private HostTensor IndexPart
    {
        get
        {
            if (!asGaps)
            {
                return HostTensor.FromInts(Name + IndicesSuffix, [Pattern.Count], Pattern.Existing);
            }

            var gaps = IndexGaps.Of(Pattern.Existing);
            return new HostTensor(Name + GapsSuffix, ElementType.U8, [gaps.Length], gaps);
        }
    }

    /// <summary>The sparse tensor of that name in a file, of F32; null where the file has no part of it.</summary>
    /// <exception cref="BadInputException">
    /// A part is missing or of another type, the dense tensor is there, too, or values, indices and shape do not belong together.
    /// </exception>
    public static SparseTensor? Find(TensorFile file, string name) => Find(file, name, ElementType.F32);

    /// <param name="type">Of its elements; null for any.</param>
    /// <inheritdoc cref="Find(TensorFile, string)"/>
    public static SparseTensor? Find(TensorFile file, string name, ElementType? type)
    {
        if (!Array.Exists(Suffixes, suffix => file.TryGet(name + suffix, out _)))
        {
            return null;
        }

        if (file.TryGet(name, out _))
        {
            throw new BadInputException($"{file.FilePath}: tensor '{name}' is there twice, dense and sparse; remove one");
        }

        var values = Part(file, name, ValuesSuffix, type);
        var indices = Indices(file, name);
        var dimensions = Integers(file, name, ShapeSuffix);
        if (indices.Length != values.Count)
        {
            throw new BadInputException(
                $"{file.FilePath}: sparse tensor '{name}': expected as many indices as values, found {indices.Length} and {values.Count}");
        }

        var count = Count(file, name, dimensions);
        CheckAscending(file, name, indices, count);
        return new SparseTensor(name, dimensions, new SparsityPattern(count, indices), values, file.TryGet(name + GapsSuffix, out _));
    }

    /// <summary>The sparse tensors of a file, all of whose parts are there, in its order.</summary>
    /// <exception cref="BadInputException">One is damaged; see <see cref="Find(TensorFile, string)"/>.</exception>
    public static IReadOnlyList<SparseTensor> All(TensorFile file) =>
    [
        .. file.Tensors.Where(tensor => tensor.Name.EndsWith(ValuesSuffix, StringComparison.Ordinal))
            .Select(tensor => tensor.Name[..^ValuesSuffix.Length])
            .Where(name => file.TryGet(name + ShapeSuffix, out _) && (file.TryGet(name + IndicesSuffix, out _) || file.TryGet(name + GapsSuffix, out _)))
            .Select(name => Find(file, name, null)).OfType<SparseTensor>(),
    ];

    private static HostTensor Part(TensorFile file, string name, string suffix, ElementType? type)
    {
        if (!file.TryGet(name + suffix, out var part))
        {
            throw new BadInputException($"{file.FilePath}: sparse tensor '{name}': expected '{name}{suffix}', which is not there");
        }

        return (type ?? part.ElementType) == part.ElementType && part.Dimensions.Count == 1
            ? part
            : throw new BadInputException(
                $"{file.FilePath}: sparse tensor '{name}': expected '{name}{suffix}' of {type?.ToString() ?? "any type"} in one dimension, found {part}");
    }

    private static int[] Indices(TensorFile file, string name)
    {
        if (!file.TryGet(name + GapsSuffix, out _))
        {
            return Integers(file, name, IndicesSuffix);
        }

        if (file.TryGet(name + IndicesSuffix, out _))
        {
            throw new BadInputException($"{file.FilePath}: sparse tensor '{name}': indices are there twice, as they are and as gaps; remove one");
        }

        var gaps = Part(file, name, GapsSuffix, ElementType.U8).Bytes.Span;
        return IndexGaps.Read(gaps)
            ?? throw new BadInputException(
                $"{file.FilePath}: sparse tensor '{name}': expected gaps that end at an element below 2^31, found {gaps.Length} that do not");
    }

    private static int[] Integers(TensorFile file, string name, string suffix) =>
        Array.ConvertAll(Part(file, name, suffix, ElementType.I32).ToLongs(), value => (int)value);

    private static int Count(TensorFile file, string name, int[] dimensions)
    {
        var count = 1L;
        foreach (var size in dimensions)
        {
            count *= size;
            if (size < 0 || count > int.MaxValue)
            {
                throw new BadInputException(
                    $"{file.FilePath}: sparse tensor '{name}': expected sizes from 0 with fewer than 2^31 elements in all, found "
                    + $"[{string.Join(", ", dimensions)}]");
            }
        }

        return (int)count;
    }

    private static void CheckAscending(TensorFile file, string name, int[] indices, int count)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= count)
            {
                throw new BadInputException(
                    $"{file.FilePath}: sparse tensor '{name}': expected indices from 0 to below its {count} elements, found {indices[i]} at {i}");
            }

            if (i > 0 && indices[i] <= indices[i - 1])
            {
                throw new BadInputException(
                    $"{file.FilePath}: sparse tensor '{name}': expected ascending indices, found {indices[i]} after {indices[i - 1]} at {i}");
            }
        }
    }
}
