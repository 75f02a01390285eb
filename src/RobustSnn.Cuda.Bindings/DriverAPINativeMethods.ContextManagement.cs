using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Contexts. The current one belongs to the thread.</summary>
    public static partial class ContextManagement
    {
        [LibraryImport(Library)]
        public static partial CUResult cuCtxSetCurrent(CUcontext ctx);

        /// <summary>Waits for all work of the current context; errors of kernels come out here at the latest.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuCtxSynchronize();

        [LibraryImport(Library)]
        public static partial CUResult cuDevicePrimaryCtxRetain(ref CUcontext pctx, CUdevice dev);

        [LibraryImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
        public static partial CUResult cuDevicePrimaryCtxRelease(CUdevice dev);
    }
}
