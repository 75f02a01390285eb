using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedCuda.CudaBlas;
using ManagedCuda.CudaSparse;
using RobustSnn.Cuda.Nvidia;

namespace ManagedCuda;

/// <summary>Calls into NVIDIA's libraries go where <see cref="CudaLibraries"/> found them; where it found none, the call throws what it says.</summary>
internal static class LibraryResolver
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Every native class has to be resolved, whichever is called first.")]
    internal static void Install() => NativeLibrary.SetDllImportResolver(typeof(LibraryResolver).Assembly, (name, _, _) => name switch
    {
        DriverAPINativeMethods.Library => CudaLibraries.Require(NvidiaLibrary.Driver),
        CudaBlasNativeMethods.Library => CudaLibraries.Require(NvidiaLibrary.Blas),
        CudaSparseNativeMethods.Library => CudaLibraries.Require(NvidiaLibrary.Sparse),
        _ => IntPtr.Zero,
    });
}
