using System.Text;
using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>A device's context. What is asked of it happens in the context that is current on the calling thread.</summary>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error. Lengths are in bytes unless arrays have them.</remarks>
public class CudaContext : IDisposable
{
    private protected CudaContext(CUcontext context, CUdevice device) => (Context, Device) = (context, device);

    public CUcontext Context { get; }

    public CUdevice Device { get; }

    public static int GetDeviceCount()
    {
        Initialise();
        var count = 0;
        ThrowUnlessSuccess(DriverAPINativeMethods.DeviceManagement.cuDeviceGetCount(ref count), "cuDeviceGetCount");
        return count;
    }

    public static CUdevice GetCUdevice(int deviceId)
    {
        Initialise();
        var device = default(CUdevice);
        ThrowUnlessSuccess(DriverAPINativeMethods.DeviceManagement.cuDeviceGet(ref device, deviceId), "cuDeviceGet");
        return device;
    }

    public static string GetDeviceName(int deviceID)
    {
        var name = new byte[256];
        ThrowUnlessSuccess(DriverAPINativeMethods.DeviceManagement.cuDeviceGetName(name, name.Length, GetCUdevice(deviceID)), "cuDeviceGetName");
        return Encoding.ASCII.GetString(name.AsSpan(0, Math.Max(Array.IndexOf(name, (byte)0), 0)));
    }

    public static Version GetDeviceComputeCapability(int deviceID)
    {
        var device = GetCUdevice(deviceID);
        return new Version(Attribute(device, CUDeviceAttribute.ComputeCapabilityMajor), Attribute(device, CUDeviceAttribute.ComputeCapabilityMinor));
    }

    /// <summary>The newest version of CUDA that the driver knows.</summary>
    public static Version GetDriverVersion()
    {
        var version = 0;
        ThrowUnlessSuccess(DriverAPINativeMethods.cuDriverGetVersion(ref version), "cuDriverGetVersion");
        return new Version(version / 1000, version % 1000 / 10);
    }

    public string GetDeviceName() => GetDeviceName(Device.Pointer);

    public Version GetDeviceComputeCapability() => GetDeviceComputeCapability(Device.Pointer);

    public void SetCurrent() => ThrowUnlessSuccess(DriverAPINativeMethods.ContextManagement.cuCtxSetCurrent(Context), "cuCtxSetCurrent");

    /// <summary>Waits for all work. Errors of kernels come out here at the latest.</summary>
    public void Synchronize() => ThrowUnlessSuccess(DriverAPINativeMethods.ContextManagement.cuCtxSynchronize(), "cuCtxSynchronize");

    /// <param name="moduleImage">PTX, with or without a zero byte at its end.</param>
    public CUmodule LoadModulePTX(byte[] moduleImage)
    {
        var module = default(CUmodule);
        ThrowUnlessSuccess(DriverAPINativeMethods.ModuleManagement.cuModuleLoadData(ref module, EndedByZero(moduleImage)), "cuModuleLoadData");
        return module;
    }

    /// <param name="moduleImage">PTX, with or without a zero byte at its end.</param>
    /// <param name="options">What the driver's compiler is told; its logs can be read from them afterwards, also where this throws.</param>
    public CUmodule LoadModulePTX(byte[] moduleImage, CudaJitOptionCollection options)
    {
        var module = default(CUmodule);
        var values = options.Values;
        var status = DriverAPINativeMethods.ModuleManagement.cuModuleLoadDataEx(
            ref module, EndedByZero(moduleImage), (uint)values.Length, options.Options, values);
        ThrowUnlessSuccess(status, "cuModuleLoadDataEx");
        return module;
    }

    public void UnloadModule(CUmodule aModule) => ThrowUnlessSuccess(DriverAPINativeMethods.ModuleManagement.cuModuleUnload(aModule), "cuModuleUnload");

    public CUdeviceptr AllocateMemory(SizeT aSizeInBytes)
    {
        var pointer = default(CUdeviceptr);
        ThrowUnlessSuccess(DriverAPINativeMethods.MemoryManagement.cuMemAlloc_v2(ref pointer, aSizeInBytes), "cuMemAlloc");
        return pointer;
    }

    public void FreeMemory(CUdeviceptr dBuffer) => ThrowUnlessSuccess(DriverAPINativeMethods.MemoryManagement.cuMemFree_v2(dBuffer), "cuMemFree");

    public void CopyToDevice(CUdeviceptr aDest, IntPtr aSource, SizeT aSizeInBytes) =>
        ThrowUnlessSuccess(DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyHtoD_v2(aDest, aSource, aSizeInBytes), "cuMemcpyHtoD");

    /// <summary>All elements, which must be plain numbers or structures of such.</summary>
    public void CopyToDevice<T>(CUdeviceptr aDest, T[] aSource)
        where T : struct => HostArray.Use(aSource, (pointer, bytes) => CopyToDevice(aDest, pointer, bytes));

    /// <summary>As many elements as the array has, which must be plain numbers or structures of such.</summary>
    public void CopyToHost<T>(T[] aDest, CUdeviceptr aSource)
        where T : struct => HostArray.Use(aDest, (pointer, bytes) =>
            ThrowUnlessSuccess(DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyDtoH_v2(pointer, aSource, bytes), "cuMemcpyDtoH"));

    public void CopyToHost(IntPtr aDest, CUdeviceptr aSource, uint aSizeInBytes) =>
        ThrowUnlessSuccess(DriverAPINativeMethods.SynchronousMemcpy_v2.cuMemcpyDtoH_v2(aDest, aSource, aSizeInBytes), "cuMemcpyDtoH");

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool fDisposing)
    {
    }

    private static void Initialise() => ThrowUnlessSuccess(DriverAPINativeMethods.cuInit(CUInitializationFlags.None), "cuInit");

    private static int Attribute(CUdevice device, CUDeviceAttribute attribute)
    {
        var value = 0;
        ThrowUnlessSuccess(DriverAPINativeMethods.DeviceManagement.cuDeviceGetAttribute(ref value, attribute, device), "cuDeviceGetAttribute");
        return value;
    }

    /// <summary>The driver reads PTX up to a zero byte.</summary>
    private static byte[] EndedByZero(byte[] image) => image is [.., 0] ? image : [.. image, 0];
}
