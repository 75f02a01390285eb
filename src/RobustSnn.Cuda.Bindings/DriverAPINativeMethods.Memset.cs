using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Memory of the device filled with one value, N times.</summary>
    public static partial class Memset
    {
        [LibraryImport(Library)]
        public static partial CUResult cuMemsetD8_v2(CUdeviceptr dstDevice, byte b, SizeT N);

        [LibraryImport(Library)]
        public static partial CUResult cuMemsetD16_v2(CUdeviceptr dstDevice, ushort us, SizeT N);

        [LibraryImport(Library)]
        public static partial CUResult cuMemsetD32_v2(CUdeviceptr dstDevice, uint ui, SizeT N);
    }
}
