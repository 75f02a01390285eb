using System.Runtime.InteropServices;
using static RobustSnn.Cuda.Nvidia.NvmlNativeMethods;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>NVIDIA's management library: what a card has used of energy. NVML numbers devices in its own order, so take a UUID or a PCI bus id.</summary>
public sealed class Nvml : IDisposable
{
    private bool disposed;

    /// <exception cref="CudaLibraryException">The library is not on this machine.</exception>
    /// <exception cref="NvmlException">It does not start, for want of a driver that runs, say.</exception>
    public Nvml() => ThrowUnlessSuccess(nvmlInit_v2(), nameof(nvmlInit_v2));

    /// <exception cref="NvmlException">There is no such device.</exception>
    public NvmlDevice DeviceByIndex(int index)
    {
        ThrowUnlessSuccess(nvmlDeviceGetHandleByIndex_v2((uint)index, out var device), $"{nameof(nvmlDeviceGetHandleByIndex_v2)} of {index}");
        return new NvmlDevice(device);
    }

    /// <param name="uuid">As tools print it: GPU- and 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.</param>
    /// <exception cref="NvmlException">There is no such device.</exception>
    public NvmlDevice DeviceByUuid(string uuid)
    {
        ThrowUnlessSuccess(nvmlDeviceGetHandleByUUID(uuid, out var device), $"{nameof(nvmlDeviceGetHandleByUUID)} of {uuid}");
        return new NvmlDevice(device);
    }

    /// <param name="uuid">The 16 bytes that the driver gives.</param>
    /// <exception cref="NvmlException">There is no such device.</exception>
    public NvmlDevice DeviceByUuid(ReadOnlySpan<byte> uuid) => DeviceByUuid($"GPU-{new Guid(uuid, bigEndian: true):D}");

    /// <param name="pciBusId">domain:bus:device.function, in hexadecimal digits.</param>
    /// <exception cref="NvmlException">There is no such device.</exception>
    public NvmlDevice DeviceByPciBusId(string pciBusId)
    {
        ThrowUnlessSuccess(nvmlDeviceGetHandleByPciBusId_v2(pciBusId, out var device), $"{nameof(nvmlDeviceGetHandleByPciBusId_v2)} of {pciBusId}");
        return new NvmlDevice(device);
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            _ = nvmlShutdown();
        }
    }

    internal static unsafe void ThrowUnlessSuccess(NvmlReturn result, string call)
    {
        if (result != NvmlReturn.Success)
        {
            throw new NvmlException(result, $"{call}: {Marshal.PtrToStringUTF8((nint)nvmlErrorString(result))} ({(int)result})");
        }
    }
}
