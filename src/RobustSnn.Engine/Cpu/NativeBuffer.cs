using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Cpu;

/// <summary>Floats outside the managed heap: aligned to cache lines, and large ones to huge pages, which convolutions walk across.</summary>
/// <remarks>No finalizer: operations hold bare pointers, which a collection must not pull away. Who allocates, disposes.</remarks>
internal sealed unsafe partial class NativeBuffer : DeviceBuffer
{
    private const nuint CacheLine = 64;
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private float* pointer;

    public NativeBuffer(long length)
        : base(length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var bytes = (nuint)length * sizeof(float);
        var large = bytes >= 2 * HugePage;
        pointer = (float*)NativeMemory.AlignedAlloc(Math.Max(bytes, CacheLine), large ? HugePage : CacheLine);
        if (large && OperatingSystem.IsLinux())
        {
            _ = Advise(pointer, bytes, AdviseHugePages); // advice only: without huge pages it is merely slower
        }

        NativeMemory.Clear(pointer, bytes);
    }

    /// <summary>Element 0.</summary>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(pointer is null, this);
            return pointer;
        }
    }

    public override void Upload(ReadOnlySpan<float> source, long start = 0)
    {
        Check(source.Length, start);
        source.CopyTo(new Span<float>(Pointer + start, source.Length));
    }

    public override void Download(Span<float> target, long start = 0)
    {
        Check(target.Length, start);
        new ReadOnlySpan<float>(Pointer + start, target.Length).CopyTo(target);
    }

    public override void Dispose()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
    }

    private void Check(int count, long start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Length, nameof(count));
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
