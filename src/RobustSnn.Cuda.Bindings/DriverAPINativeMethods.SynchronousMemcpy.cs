using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Copies that are done when the call returns, after all work of the default stream. Lengths are in bytes.</summary>
    public static partial class SynchronousMemcpy_v2
    {
        [LibraryImport(Library)]
        public static partial CUResult cuMemcpyHtoD_v2(CUdeviceptr dstDevice, IntPtr srcHost, SizeT ByteCount);

        [LibraryImport(Library)]
        public static partial CUResult cuMemcpyDtoH_v2(IntPtr dstHost, CUdeviceptr srcDevice, SizeT ByteCount);
    }
}
