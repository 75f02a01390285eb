using System.Runtime.CompilerServices;
using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>Elements in the device's memory.</summary>
/// <typeparam name="T">A number or a structure of numbers.</typeparam>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error. Copies are synchronous.</remarks>
public class CudaDeviceVariable<T> : IDisposable
    where T : struct
{
    private bool disposed;

    /// <summary>Allocates.</summary>
    /// <param name="size">In elements.</param>
    public CudaDeviceVariable(SizeT size)
    {
        var pointer = default(CUdeviceptr);
        ThrowUnlessSuccess(DriverAPINativeMethods.MemoryManagement.cuMemAlloc_v2(ref pointer, size * TypeSize), "cuMemAlloc");
        (DevicePointer, Size, IsOwner) = (pointer, size, true);
    }

    /// <summary>Memory of somebody else.</summary>
    /// <param name="size">In bytes, as ManagedCuda has it here.</param>
    public CudaDeviceVariable(CUdeviceptr devPtr, SizeT size)
        : this(devPtr, false, size)
    {
    }

    /// <summary>Memory that exists already.</summary>
    /// <param name="isOwner">Whether to free it in the end.</param>
    /// <param name="size">In bytes, as ManagedCuda has it here.</param>
    /// <exception cref="CudaException">The size is not one of whole elements.</exception>
    public CudaDeviceVariable(CUdeviceptr devPtr, bool isOwner, SizeT size)
    {
        (DevicePointer, IsOwner, Size) = (devPtr, isOwner, size / TypeSize);
        if (SizeInBytes != size)
        {
            throw new CudaException(CUResult.ErrorInvalidValue, $"{size} bytes are no whole number of elements of {TypeSize} bytes", null);
        }
    }

    /// <summary>A global variable of a module.</summary>
    public CudaDeviceVariable(CUmodule module, string name)
    {
        var (pointer, bytes) = (default(CUdeviceptr), default(SizeT));
        ThrowUnlessSuccess(DriverAPINativeMethods.ModuleManagement.cuModuleGetGlobal_v2(ref pointer, ref bytes, module, name), $"cuModuleGetGlobal of {name}");
        (DevicePointer, Size) = (pointer, bytes / TypeSize);
    }

    public CUdeviceptr DevicePointer { get; }

    /// <summary>In elements.</summary>
    public SizeT Size { get; }

    public SizeT SizeInBytes => Size * TypeSize;

    /// <summary>Of an element, in bytes.</summary>
    public SizeT TypeSize => Unsafe.SizeOf<T>();

    public bool IsOwner { get; }

    public void CopyToDevice(CudaDeviceVariable<T> source) => ThrowUnlessSuccess(
        DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyDtoD_v2(DevicePointer, source.DevicePointer, Smaller(source.SizeInBytes)), "cuMemcpyDtoD");

    public void CopyToDevice(T[] source) => HostArray.Use(source, (pointer, bytes) => ThrowUnlessSuccess(
        DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyHtoD_v2(DevicePointer, pointer, Smaller(bytes)), "cuMemcpyHtoD"));

    /// <param name="source">As many bytes as the variable has.</param>
    public void CopyToDevice(IntPtr source) => ThrowUnlessSuccess(
        DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyHtoD_v2(DevicePointer, source, SizeInBytes), "cuMemcpyHtoD");

    public void CopyToHost(T[] dest) => HostArray.Use(dest, (pointer, bytes) => ThrowUnlessSuccess(
        DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyDtoH_v2(pointer, DevicePointer, Smaller(bytes)), "cuMemcpyDtoH"));

    /// <param name="dest">As many bytes as the variable has.</param>
    public void CopyToHost(IntPtr dest) => ThrowUnlessSuccess(
        DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyDtoH_v2(dest, DevicePointer, SizeInBytes), "cuMemcpyDtoH");

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool fDisposing)
    {
        if (!disposed)
        {
            disposed = true;
            if (IsOwner)
            {
                _ = DriverAPINativeMethods.MemoryManagement.cuMemFree_v2(DevicePointer);
            }
        }
    }

    /// <summary>As many bytes are copied as both sides have.</summary>
    private SizeT Smaller(SizeT bytes) => bytes < SizeInBytes ? bytes : SizeInBytes;
}
