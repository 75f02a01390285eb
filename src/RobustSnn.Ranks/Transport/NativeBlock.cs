using System.Runtime.InteropServices;

namespace RobustSnn.Ranks.Transport;

/// <summary>
/// Memory that does not move: what travels is read and written while the caller goes on. It is given back only by <see cref="Free"/>, never by the collector:
/// after a failure an MPI may still write into it.
/// </summary>
internal sealed unsafe class NativeBlock
{
    private const nuint Alignment = 64;

    public NativeBlock(long bytes) => (Address, Length) = ((nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment), bytes);

    public nint Address { get; private set; }

    /// <summary>In bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Larger, with other content, where it is too small.</summary>
    public void Ensure(long bytes)
    {
        if (bytes > Length)
        {
            NativeMemory.AlignedFree((void*)Address);
            Address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            Length = bytes;
        }
    }

    public Span<T> Span<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)length * sizeof(T), Length);
        return new Span<T>((void*)Address, length);
    }

    public void Free()
    {
        NativeMemory.AlignedFree((void*)Address);
        (Address, Length) = (0, 0);
    }
}
