using RobustSnn.Cuda.Device;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>Where a pruned layer's weights are, in the orders that its passes walk them. A list is made at the first pass that asks for it.</summary>
internal sealed class ConnectionLists(CudaDevice device, ConvolutionGeometry geometry, SparsityPattern pattern) : IDisposable
{
    private CudaBuffer? existing;
    private CudaBuffer? outputStarts;
    private (CudaBuffer Order, CudaBuffer Starts)? byInputs;
    private CudaBuffer? outputs;
    private CudaBuffer? columns;

    /// <summary>Weights that exist.</summary>
    public int Count => pattern.Count;

    /// <summary>Bytes that forward passes read: no more than the lists by outputs that there are.</summary>
    public long ForwardBytes => Math.Max(existing?.Bytes ?? 0, columns?.Bytes ?? 0) + (outputStarts?.Bytes ?? 0);

    /// <summary>Of each weight, in order, its index among all weights.</summary>
    public ulong Existing => (existing ??= Upload(pattern.Existing)).Address;

    /// <summary>Of each output, where its weights start.</summary>
    public ulong OutputStarts => (outputStarts ??= Upload(StartsOf(geometry.Outputs, index => index / RowLength))).Address;

    /// <summary>The weights by (input, kernel row, kernel column, output): which comes next.</summary>
    public ulong Order => (byInputs ??= ByInputs()).Order.Address;

    /// <summary>Of each (input, kernel row, kernel column), where its weights start in that order.</summary>
    public ulong Starts => (byInputs ??= ByInputs()).Starts.Address;

    /// <summary>Of each weight in that order, its output.</summary>
    public ulong Outputs => (outputs ??= Upload(OutputsInOrder())).Address;

    /// <summary>Of each weight, in its own order, its place among an output's: of a kernel of one tap, its input.</summary>
    public ulong Columns => (columns ??= Upload([.. pattern.Existing.ToArray().Select(index => index % RowLength)])).Address;

    private int RowLength => geometry.Inputs * geometry.Taps;

    /// <summary>Bytes of those that input gradients read besides.</summary>
    /// <param name="isStrided">Whether they walk taps.</param>
    public static long BackwardBytesOf(ConvolutionGeometry g, SparsityPattern pattern, bool isStrided) =>
        sizeof(int) * ((isStrided ? 2L : 1L) * pattern.Count + g.Inputs * g.Taps + 1L);

    public void Dispose()
    {
        existing?.Dispose();
        outputStarts?.Dispose();
        byInputs?.Order.Dispose();
        byInputs?.Starts.Dispose();
        outputs?.Dispose();
        columns?.Dispose();
    }

    private (CudaBuffer Order, CudaBuffer Starts) ByInputs()
    {
        var starts = StartsOf(RowLength, index => index % RowLength);
        return (Upload(OrderedBy(starts)), Upload(starts));
    }

    private int[] OutputsInOrder() => [.. OrderedBy(StartsOf(RowLength, index => index % RowLength)).Select(weight => pattern.Existing[weight] / RowLength)];

    /// <summary>The weights by their place among an output's, those of one place by outputs.</summary>
    private int[] OrderedBy(int[] starts)
    {
        var next = (int[])starts.Clone();
        var order = new int[pattern.Count];
        for (var weight = 0; weight < order.Length; weight++)
        {
            order[next[pattern.Existing[weight] % RowLength]++] = weight;
        }

        return order;
    }

    private int[] StartsOf(int parts, Func<int, int> partOf)
    {
        var starts = new int[parts + 1];
        foreach (var index in pattern.Existing)
        {
            starts[partOf(index) + 1]++;
        }

        for (var part = 0; part < parts; part++)
        {
            starts[part + 1] += starts[part];
        }

        return starts;
    }

    private CudaBuffer Upload(ReadOnlySpan<int> list)
    {
        var buffer = new CudaBuffer(device, list.Length, ElementType.Int32);
        buffer.UploadAs(list);
        return buffer;
    }
}
