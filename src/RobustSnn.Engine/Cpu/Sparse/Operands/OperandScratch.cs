using System.Runtime.InteropServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>Memory for what a pass reads, where it does not read it as it lies. It grows to the largest need and stays.</summary>
internal sealed unsafe class OperandScratch(NativeHeap heap) : IDisposable
{
    private NativeBuffer buffer = heap.Allocate(0);
    private OperandLayout? framed; // what it was last reserved as, if its border holds zeros

    /// <summary>Room for values that will be written all over.</summary>
    public Operand Reserve(OperandLayout layout, LaneLayout lanes)
    {
        framed = null;
        return Grow(layout, lanes);
    }

    /// <summary>Room for values inside a border of zeros, which whoever writes the values leaves alone.</summary>
    public Operand ReserveFramed(OperandLayout layout, LaneLayout lanes)
    {
        var before = framed;
        var result = Reserve(layout, lanes);
        if (before != layout)
        {
            NativeMemory.Clear(buffer.Pointer, (nuint)buffer.Length * sizeof(float));
        }

        framed = layout;
        return result;
    }

    public void Dispose() => buffer.Dispose();

    /// <summary>Bytes of what is laid out so.</summary>
    public static long BytesOf(OperandLayout layout, LaneLayout lanes) => checked(FloatsOf(layout, lanes) * sizeof(float));

    private static long FloatsOf(OperandLayout layout, LaneLayout lanes) =>
        checked((lanes.Blocks * layout.BlockStride + sizeof(float) - 1) / sizeof(float) + BitLayout.Slack);

    private Operand Grow(OperandLayout layout, LaneLayout lanes)
    {
        var floats = FloatsOf(layout, lanes);
        if (buffer.Length < floats)
        {
            var larger = heap.Allocate(floats); // if there is no room, what there is stays
            buffer.Dispose();
            buffer = larger;
        }

        return new Operand(layout, (byte*)buffer.Pointer, lanes.Steps == 1);
    }
}
