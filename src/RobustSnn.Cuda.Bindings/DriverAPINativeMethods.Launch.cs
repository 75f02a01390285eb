using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda;

public static partial class DriverAPINativeMethods
{
    /// <summary>Launches of kernels.</summary>
    public static partial class Launch
    {
        /// <summary><c>kernelParams</c> has the address of each argument, which is read before the call returns. Nothing is allocated.</summary>
        [LibraryImport(Library)]
        public static partial CUResult cuLaunchKernel(
            CUfunction f, uint gridDimX, uint gridDimY, uint gridDimZ, uint blockDimX, uint blockDimY, uint blockDimZ, uint sharedMemBytes,
            CUstream hStream, IntPtr[]? kernelParams, IntPtr[]? extra);
    }
}
