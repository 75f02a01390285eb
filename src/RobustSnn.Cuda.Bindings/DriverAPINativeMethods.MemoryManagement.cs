using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Memory of the device, and pages of the host that are locked for copies.</summary>
    public static partial class MemoryManagement
    {
        /// <summary>In bytes, of the current context's device.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuMemGetInfo_v2(ref SizeT free, ref SizeT total);

        [LibraryImport(Library)]
        public static partial CUResult cuMemAlloc_v2(ref CUdeviceptr dptr, SizeT bytesize);

        [LibraryImport(Library)]
        public static partial CUResult cuMemFree_v2(CUdeviceptr dptr);

        [LibraryImport(Library)]
        public static partial CUResult cuMemHostAlloc(ref IntPtr pp, SizeT bytesize, CUMemHostAllocFlags Flags);

        [LibraryImport(Library)]
        public static partial CUResult cuMemFreeHost(IntPtr p);
    }
}
