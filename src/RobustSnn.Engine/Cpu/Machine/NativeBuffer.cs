using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>Floats outside the managed heap: aligned to cache lines, and large ones to huge pages, which convolutions walk across.</summary>
/// <remarks>No finalizer: operations hold bare pointers, which a collection must not pull away. Who allocates, disposes.</remarks>
internal sealed unsafe partial class NativeBuffer : DeviceBuffer
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private readonly NativeHeap heap;
    private void* pointer;

    /// <summary>For <see cref="NativeHeap"/>, which counts it.</summary>
    internal NativeBuffer(NativeHeap heap, long length, ElementType type)
        : base(length, type)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        this.heap = heap;
        var bytes = (nuint)Bytes;
        var large = bytes >= 2 * HugePage;
        try
        {
            pointer = NativeMemory.AlignedAlloc(Math.Max(bytes, CacheLine), large ? HugePage : CacheLine);
        }
        catch (OutOfMemoryException exception)
        {
            throw new BadInputException(
                $"{bytes >> 20} MiB more are needed than this machine gives, beside {heap.LiveBytes >> 20} MiB in use. Take a smaller batch or fewer timesteps",
                exception);
        }

        if (large && OperatingSystem.IsLinux())
        {
            _ = Advise(pointer, bytes, AdviseHugePages); // advice only: without huge pages it is merely slower
        }

        NativeMemory.Clear(pointer, bytes);
    }

    /// <summary>Element 0 of floats.</summary>
    /// <exception cref="ArgumentException">The elements are something else.</exception>
    public float* Pointer => Type == ElementType.Float32 ? (float*)Memory : throw new ArgumentException($"floats are expected, this buffer holds {Type}");

    /// <summary>Element 0 of doubles.</summary>
    /// <exception cref="ArgumentException">The elements are something else.</exception>
    public double* Doubles => Type == ElementType.Float64 ? (double*)Memory : throw new ArgumentException($"doubles are expected, this buffer holds {Type}");

    /// <summary>Element 0 of 32-bit integers.</summary>
    /// <exception cref="ArgumentException">The elements are something else.</exception>
    public int* Integers => Type == ElementType.Int32 ? (int*)Memory : throw new ArgumentException($"integers are expected, this buffer holds {Type}");

    /// <summary>The first byte, whatever the elements are.</summary>
    public byte* Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(pointer is null, this);
            return (byte*)pointer;
        }
    }

    public override void Dispose() => heap.Release(this);

    internal void Free()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
    }

    protected override void Write(ReadOnlySpan<byte> source, long byteStart) => source.CopyTo(new Span<byte>(Memory + byteStart, source.Length));

    protected override void Read(Span<byte> target, long byteStart) => new ReadOnlySpan<byte>(Memory + byteStart, target.Length).CopyTo(target);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
