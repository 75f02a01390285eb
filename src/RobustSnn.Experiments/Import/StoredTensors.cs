using System.Diagnostics.CodeAnalysis;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Import;

/// <summary>Names and shapes of a file's tensors, from which an architecture reads its sizes.</summary>
internal sealed class StoredTensors
{
    // The deepest residual network that is in use has 50 blocks in a stage.
    private const int MostBlocks = 200;

    // Enough for block1.layer.0.: a hostile name may have any number.
    private const int MostParts = 4;

    private readonly TensorFile file;
    private readonly HashSet<string> parts;
    private readonly HashSet<string> met = new(StringComparer.Ordinal);

    public StoredTensors(TensorFile file)
        : this(file, [.. file.Tensors.SelectMany(tensor => Parts(tensor.Name))])
    {
    }

    private StoredTensors(TensorFile file, HashSet<string> parts)
    {
        this.file = file;
        this.parts = parts;
    }

    public IReadOnlyList<HostTensor> All => file.Tensors;

    /// <summary>How many tensors were asked for by name and were there.</summary>
    public int Met => met.Count;

    /// <summary>The same, of which none was asked for.</summary>
    public StoredTensors Anew() => new(file, parts);

    public bool Has(string name) => TryMeet(name, out _);

    /// <summary>The first dimension of a tensor: the outputs of a layer.</summary>
    /// <exception cref="MisfitException">It is not there, or has another number of dimensions.</exception>
    public int Outputs(string name, int rank)
    {
        if (!TryMeet(name, out HostTensor? tensor))
        {
            throw Missing(name, $"a tensor of {rank} dimensions");
        }

        return tensor.Dimensions.Count == rank
            ? tensor.Dimensions[0]
            : throw new MisfitException($"'{name}' expected {rank} dimensions, found [{string.Join(", ", tensor.Dimensions)}]");
    }

    /// <summary>How many numbers from 0 on are in names, as 2 where there are <c>layer1.0.conv1.weight</c> and <c>layer1.1.bn1.bias</c>.</summary>
    /// <param name="prefix">What stands before the number, with its dot.</param>
    /// <exception cref="MisfitException">There are none, or more than any network has.</exception>
    public int Blocks(string prefix)
    {
        var count = 0;
        while (parts.Contains($"{prefix}{count}."))
        {
            count++;
        }

        return count switch
        {
            0 => throw Missing($"{prefix}0", "at least one block of such a name"),
            > MostBlocks => throw new MisfitException($"'{prefix}' expected at most {MostBlocks} blocks, found {count}"),
            _ => count,
        };
    }

    public static MisfitException Missing(string name, string expected) => new($"'{name}' is not there, expected {expected}");

    private bool TryMeet(string name, [NotNullWhen(true)] out HostTensor? tensor)
    {
        if (!file.TryGet(name, out tensor))
        {
            return false;
        }

        met.Add(name);
        return true;
    }

    /// <summary>Beginnings of a name up to a dot.</summary>
    private static IEnumerable<string> Parts(string name)
    {
        int dot = -1;
        for (var i = 0; i < MostParts && (dot = name.IndexOf('.', dot + 1)) >= 0; i++)
        {
            yield return name[..(dot + 1)];
        }
    }
}
