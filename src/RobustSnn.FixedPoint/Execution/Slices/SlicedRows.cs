using System.Numerics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Sums;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>What a place's list ends with.</summary>
internal enum DigitRest : ushort
{
    Nothing,

    /// <summary>Four words that are added.</summary>
    Added,

    /// <summary>Four words that are taken away.</summary>
    Taken,

    /// <summary>Four that are added, and four that are taken away.</summary>
    Mixed,
}

/// <summary>How many words of a digit's place an output has: eight at a time those that are added, then those that are taken away, then the rest.</summary>
internal readonly record struct DigitCounts(ushort AddedEights, ushort TakenEights, DigitRest Rest);

/// <summary>
/// A layer's connections by outputs and by the digits of their weights: a weight is a sum of powers of two with signs, as few as there can be (canonical
/// signed digits), and of each place there is a list of the columns that are added, and of those that are taken away.
/// </summary>
/// <remarks>
/// A word x that is taken away is added as its complement: −x is ~x − 1, and what that is too much, an output's constant takes back. Lists are filled up
/// to fours with a column that is always silent.
/// </remarks>
internal sealed unsafe class SlicedRows : IDisposable
{
    /// <summary>Places of a sum that stays within 16 bits.</summary>
    public const int FewPlaces = 16;

    /// <summary>Places of any other.</summary>
    public const int MostPlaces = 24;

    private const int Four = 4;

    private readonly NativeBuffer columns;
    private readonly NativeBuffer counts;
    private readonly NativeBuffer starts;

    /// <param name="inputBits">Words of an input: 1 of spikes, and of counts one a bit, which are channels side by side.</param>
    /// <param name="bias">What an output's sum begins with.</param>
    /// <param name="isShort">Whether an output's sum stays within 16 bits; others stay within 24.</param>
    public SlicedRows(
        NativeHeap heap, ConvolutionGeometry geometry, IntegerWeights layer, int inputBits, IReadOnlyList<int> bias, IReadOnlyList<bool> isShort)
    {
        var dense = geometry.Inputs * geometry.Taps;
        Silent = dense * inputBits;
        List<ushort> listed = [];
        List<DigitCounts> counted = [];
        var begins = new int[geometry.Outputs];
        Constants = new int[geometry.Outputs];
        Places = [.. isShort.Select(each => each ? FewPlaces : MostPlaces)];
        Levels = new int[geometry.Outputs];
        var at = 0;
        for (var output = 0; output < geometry.Outputs; output++)
        {
            var digits = new (List<ushort> Added, List<ushort> Taken)[MostPlaces];
            for (var place = 0; place < MostPlaces; place++)
            {
                digits[place] = ([], []);
            }

            for (; at < layer.Values.Length && (layer.Pattern?.Existing[at] ?? at) < (output + 1) * dense; at++)
            {
                var (input, tap) = Math.DivRem((layer.Pattern?.Existing[at] ?? at) - output * dense, geometry.Taps);
                for (var bit = 0; bit < inputBits; bit++)
                {
                    Add(digits, (input * inputBits + bit) * geometry.Taps + tap, layer.Values[at], bit);
                }
            }

            begins[output] = listed.Count;
            var (least, most) = (0, 0);
            var sum = bias[output];
            for (var place = 0; place < MostPlaces; place++)
            {
                var (added, taken) = (digits[place].Added, digits[place].Taken);
                Fill(added);
                Fill(taken);
                counted.Add(List(added, taken, listed));
                sum -= taken.Count << place; // modulo 2³²
                least = least / 2 + added.Count + taken.Count;
                most = Math.Max(most, least);
            }

            Constants[output] = sum;
            Levels[output] = BitOperations.Log2((uint)Math.Max(most, 1)) + 1;
        }

        columns = heap.AllocateBytes((long)listed.Count * sizeof(ushort));
        counts = heap.AllocateBytes((long)counted.Count * sizeof(DigitCounts));
        starts = heap.Allocate(begins.Length, ElementType.Int32);
        listed.ToArray().CopyTo(new Span<ushort>(columns.Memory, listed.Count));
        counted.ToArray().CopyTo(new Span<DigitCounts>(counts.Memory, counted.Count));
        begins.CopyTo(new Span<int>(starts.Integers, begins.Length));
    }

    /// <summary>The number of the column that is always silent, behind the others.</summary>
    public int Silent { get; }

    /// <summary>Of each output, the bits of the largest number of words that are counted at once.</summary>
    public int[] Levels { get; }

    /// <summary>Of each output, the places of its sum, which is counted modulo two to their power.</summary>
    public int[] Places { get; }

    /// <summary>What is added to each output's counted sum.</summary>
    public int[] Constants { get; }

    /// <summary>Bytes that a pass reads.</summary>
    public long Bytes => columns.Bytes + counts.Bytes;

    /// <summary>An output's columns, place by place.</summary>
    public ushort* Columns(int output) => (ushort*)columns.Memory + starts.Integers[output];

    /// <summary>How many of each place.</summary>
    public DigitCounts* Counts(int output) => (DigitCounts*)counts.Memory + output * MostPlaces;

    public void Dispose()
    {
        columns.Dispose();
        counts.Dispose();
        starts.Dispose();
    }

    /// <summary>Appends a place's words in the order in which they are read.</summary>
    private static DigitCounts List(List<ushort> added, List<ushort> taken, List<ushort> listed)
    {
        var (addedEights, takenEights) = (added.Count / (2 * Four), taken.Count / (2 * Four));
        listed.AddRange(added.Take(addedEights * 2 * Four));
        listed.AddRange(taken.Take(takenEights * 2 * Four));
        listed.AddRange(added.Skip(addedEights * 2 * Four));
        listed.AddRange(taken.Skip(takenEights * 2 * Four));
        var rest = (added.Count % (2 * Four) > 0, taken.Count % (2 * Four) > 0) switch
        {
            (true, true) => DigitRest.Mixed,
            (true, false) => DigitRest.Added,
            (false, true) => DigitRest.Taken,
            (false, false) => DigitRest.Nothing,
        };
        return new DigitCounts((ushort)addedEights, (ushort)takenEights, rest);
    }

    private void Fill(List<ushort> words)
    {
        while (words.Count % Four != 0)
        {
            words.Add((ushort)Silent);
        }
    }

    private static void Add((List<ushort> Added, List<ushort> Taken)[] digits, int column, int weight, int first)
    {
        // Of a run of ones, only its ends are digits: 0111 is 1000 − 1.
        for (var place = first; weight != 0; place++, weight /= 2)
        {
            if (weight % 2 == 0)
            {
                continue;
            }

            var digit = (weight & 3) == 1 ? 1 : -1;
            (digit > 0 ? digits[place].Added : digits[place].Taken).Add((ushort)column);
            weight -= digit;
        }
    }
}
