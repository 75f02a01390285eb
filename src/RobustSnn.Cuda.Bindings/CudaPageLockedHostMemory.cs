using System.Runtime.CompilerServices;
using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>Elements in pages of the host that stay where they are, so that copies to and from them run beside the host.</summary>
/// <typeparam name="T">A number or a structure of numbers.</typeparam>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error.</remarks>
public class CudaPageLockedHostMemory<T> : IDisposable
    where T : struct
{
    private IntPtr pointer;

    /// <param name="size">In elements.</param>
    public CudaPageLockedHostMemory(SizeT size)
        : this(size, CUMemHostAllocFlags.None)
    {
    }

    /// <param name="size">In elements.</param>
    public CudaPageLockedHostMemory(SizeT size, CUMemHostAllocFlags allocFlags)
    {
        ThrowUnlessSuccess(DriverAPINativeMethods.MemoryManagement.cuMemHostAlloc(ref pointer, size * Unsafe.SizeOf<T>(), allocFlags), "cuMemHostAlloc");
        Size = size;
    }

    public IntPtr PinnedHostPointer => pointer;

    /// <summary>In elements.</summary>
    public SizeT Size { get; }

    public SizeT SizeInBytes => Size * Unsafe.SizeOf<T>();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool fDisposing)
    {
        if (pointer != IntPtr.Zero)
        {
            _ = DriverAPINativeMethods.MemoryManagement.cuMemFreeHost(pointer);
            pointer = IntPtr.Zero;
        }
    }
}
