using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Devices: how many, which, and what they are like.</summary>
    public static partial class DeviceManagement
    {
        [LibraryImport(Library)]
        public static partial CUResult cuDeviceGet(ref CUdevice device, int ordinal);

        [LibraryImport(Library)]
        public static partial CUResult cuDeviceGetCount(ref int count);

        /// <summary>ASCII, ended by a zero.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuDeviceGetName([Out] byte[] name, int len, CUdevice dev);

        /// <summary>The identifier under which NVML and tools know the device, too.</summary>
        public static CUResult cuDeviceGetUuid_v2(ref CUuuid uuid, CUdevice dev)
        {
            var bytes = new byte[16];
            var status = cuDeviceGetUuid_v2(bytes, dev);
            uuid.bytes = bytes;
            return status;
        }

        [LibraryImport(Library)]
        private static partial CUResult cuDeviceGetUuid_v2([Out] byte[] uuid, CUdevice dev);

        /// <summary>ASCII, ended by a zero: domain:bus:device.function, by which NVML finds the same device.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuDeviceGetPCIBusId([In, Out] byte[] pciBusId, int len, CUdevice dev);

        [LibraryImport(Library)]
        public static partial CUResult cuDeviceTotalMem_v2(ref SizeT bytes, CUdevice dev);

        [LibraryImport(Library)]
        public static partial CUResult cuDeviceGetAttribute(ref int pi, CUDeviceAttribute attrib, CUdevice dev);
    }
}
