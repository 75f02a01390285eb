using System.Numerics;
using System.Runtime.CompilerServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>
/// Output channels of a pruned layer in groups of 16 that are connected to much the same inputs (channel, tap): a product of a group takes the
/// union of them, and what one of its channels lacks is a weight of 0.
/// </summary>
internal sealed class OutputGroups
{
    /// <summary>Outputs of a group: rows of a product.</summary>
    public const int Size = 16;

    private const int WordBits = 64;

    // Working them out takes a while, and plans ask beforehand what a layer will take.
    private static readonly ConditionalWeakTable<SparsityPattern, OutputGroups> Known = [];

    private readonly ConvolutionGeometry geometry;
    private readonly List<int[]> members = [];
    private readonly List<int[]> unions = [];

    /// <summary>Groups them one channel at a time: each begins with the one that is connected most, and takes whoever adds fewest inputs.</summary>
    private OutputGroups(ConvolutionGeometry geometry, SparsityPattern pattern)
    {
        this.geometry = geometry;
        var inputs = checked(geometry.Inputs * geometry.Taps);
        var words = (inputs + WordBits - 1) / WordBits;
        var connected = new ulong[geometry.Outputs][];
        for (var output = 0; output < connected.Length; output++)
        {
            connected[output] = new ulong[words];
        }

        foreach (var weight in pattern.Existing)
        {
            var (output, rest) = Math.DivRem(weight, inputs);
            var (channel, tap) = Math.DivRem(rest, geometry.Taps);
            var input = tap * geometry.Inputs + channel;
            connected[output][input / WordBits] |= 1ul << (input % WordBits);
        }

        var left = Enumerable.Range(0, geometry.Outputs).OrderByDescending(output => Count(connected[output])).ThenBy(output => output).ToList();
        while (left.Count > 0)
        {
            var union = new ulong[words];
            var group = new List<int>();
            while (group.Count < Size && left.Count > 0)
            {
                var next = group.Count == 0 ? left[0] : left.MinBy(output => Added(connected[output], union));
                left.Remove(next);
                group.Add(next);
                for (var word = 0; word < words; word++)
                {
                    union[word] |= connected[next][word];
                }
            }

            members.Add([.. group]);
            unions.Add([.. Enumerable.Range(0, inputs).Where(input => (union[input / WordBits] >> (input % WordBits) & 1) != 0)]);
        }
    }

    /// <summary>Channels of each group.</summary>
    public IReadOnlyList<int[]> Members => members;

    /// <summary>Inputs of each group, as tap · channels + channel, ascending.</summary>
    public IReadOnlyList<int[]> Unions => unions;

    /// <summary>Those of a pattern, which is one layer's.</summary>
    /// <exception cref="ArgumentException">It was another layer's before.</exception>
    public static OutputGroups Of(ConvolutionGeometry geometry, SparsityPattern pattern)
    {
        var groups = Known.GetValue(pattern, each => new OutputGroups(geometry, each));
        return groups.geometry == geometry ? groups : throw new ArgumentException("the pattern is that of a layer of another geometry", nameof(pattern));
    }

    private static int Count(ulong[] inputs) => inputs.Sum(BitOperations.PopCount);

    private static int Added(ulong[] inputs, ulong[] union)
    {
        var added = 0;
        for (var word = 0; word < inputs.Length; word++)
        {
            added += BitOperations.PopCount(inputs[word] & ~union[word]);
        }

        return added;
    }
}
