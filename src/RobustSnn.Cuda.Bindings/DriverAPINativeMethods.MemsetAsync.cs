using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Memory of the device filled with one value, N times, in the order of a stream.</summary>
    public static partial class MemsetAsync
    {
        [LibraryImport(Library)]
        public static partial CUResult cuMemsetD8Async(CUdeviceptr dstDevice, byte b, SizeT N, CUstream hStream);

        [LibraryImport(Library)]
        public static partial CUResult cuMemsetD32Async(CUdeviceptr dstDevice, uint ui, SizeT N, CUstream hStream);
    }
}
