using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse;

/// <summary>The list of one class of the input gradient, with weights of its own: they are in another order than the layer's.</summary>
internal sealed unsafe class BackwardRows : IDisposable
{
    private readonly int[] order;

    private BackwardRows(NativeHeap heap, GatherClass reading, SparsityPattern pattern, ConvolutionGeometry geometry)
    {
        List = SparseRows.Of(heap, reading, pattern, geometry, backward: true, out order);
        try
        {
            Values = heap.Allocate(List.Count);
        }
        catch
        {
            List.Dispose();
            throw;
        }
    }

    public SparseRows List { get; }

    public NativeBuffer Values { get; }

    /// <summary>Those of all classes.</summary>
    public static BackwardRows[] Of(NativeHeap heap, ConvolutionGeometry geometry, SparsityPattern pattern)
    {
        var made = new List<BackwardRows>();
        try
        {
            foreach (var reading in GatherClass.InputGradient(geometry))
            {
                made.Add(new BackwardRows(heap, reading, pattern, geometry));
            }
        }
        catch
        {
            made.ForEach(rows => rows.Dispose());
            throw;
        }

        return [.. made];
    }

    public void Refresh(float* weights)
    {
        for (var i = 0; i < order.Length; i++)
        {
            Values.Pointer[i] = weights[order[i]];
        }
    }

    public void Dispose()
    {
        List.Dispose();
        Values.Dispose();
    }
}
