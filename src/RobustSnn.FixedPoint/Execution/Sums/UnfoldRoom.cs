using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>Memory in which one layer after the other lays out what it reads.</summary>
internal sealed unsafe class UnfoldRoom(NativeHeap heap)
{
    private long bytes;
    private NativeBuffer? buffer;

    /// <summary>The first byte. What is in it is another layer's.</summary>
    public byte* Data => (buffer ??= heap.AllocateBytes(bytes)).Memory;

    /// <summary>Sees to it that there will be so many bytes.</summary>
    /// <exception cref="InvalidOperationException">The memory is in use already.</exception>
    public void Reserve(long needed)
    {
        if (buffer is not null)
        {
            throw new InvalidOperationException("room is reserved before it is used");
        }

        bytes = Math.Max(bytes, needed);
    }
}
