using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>
/// A layer's connections by outputs. An output is one sum or several: each is proved to stay within 16 bits, whatever the inputs are, and where an output's
/// connections together might not, they are cut into sums that are added up in 32 bits.
/// </summary>
/// <remarks>4 bytes a connection: 2 of weight, 2 of column. A column is an (input, kernel row, kernel column).</remarks>
internal sealed unsafe class ShortRows
{
    private readonly NativeBuffer columns;
    private readonly NativeBuffer values;
    private readonly NativeBuffer starts;

    /// <param name="inputs">Between what each input channel's values lie.</param>
    /// <param name="bias">What an output's only sum begins with; ignored where there are several.</param>
    public ShortRows(NativeHeap heap, ConvolutionGeometry geometry, IntegerWeights layer, SumRange[] inputs, IReadOnlyList<int> bias)
    {
        Columns = geometry.Inputs * geometry.Taps;
        var cutter = new RowCutter(geometry, layer, inputs, bias);
        FirstSum = cutter.FirstSum;
        IsOneSum = cutter.IsOneSum;
        columns = heap.AllocateBytes((long)cutter.Columns.Count * sizeof(ushort));
        values = heap.AllocateBytes((long)cutter.Values.Count * sizeof(short));
        starts = heap.Allocate(cutter.Starts.Count, ElementType.Int32);
        cutter.Columns.ToArray().CopyTo(new Span<ushort>(columns.Memory, cutter.Columns.Count));
        cutter.Values.ToArray().CopyTo(new Span<short>(values.Memory, cutter.Values.Count));
        cutter.Starts.ToArray().CopyTo(new Span<int>(starts.Integers, cutter.Starts.Count));
        Begins = heap.AllocateBytes((long)cutter.Begins.Count * sizeof(short));
        cutter.Begins.ToArray().CopyTo(new Span<short>(Begins.Memory, cutter.Begins.Count));
    }

    /// <summary>Inputs of an output.</summary>
    public int Columns { get; }

    /// <summary>Which sum is an output's first, and behind the last output's, how many there are.</summary>
    public int[] FirstSum { get; }

    /// <summary>Whether an output's connections and its bias are one sum.</summary>
    public bool[] IsOneSum { get; }

    /// <summary>Bytes that a pass reads.</summary>
    public long Bytes => columns.Bytes + values.Bytes + starts.Bytes;

    private NativeBuffer Begins { get; }

    public SumList List(int* offsets) =>
        new((ushort*)columns.Memory, (short*)values.Memory, starts.Integers, (short*)Begins.Memory, offsets);
}

/// <summary>What kernels read.</summary>
/// <param name="columns">Of each connection.</param>
/// <param name="values">Its weight.</param>
/// <param name="starts">Where each sum's connections begin, and one further.</param>
/// <param name="begins">What each sum begins with.</param>
/// <param name="offsets">Byte offset of each column in what is read.</param>
internal readonly unsafe struct SumList(ushort* columns, short* values, int* starts, short* begins, int* offsets)
{
    public readonly ushort* Columns = columns;
    public readonly short* Values = values;
    public readonly int* Starts = starts;
    public readonly short* Begins = begins;
    public readonly int* Offsets = offsets;
}
