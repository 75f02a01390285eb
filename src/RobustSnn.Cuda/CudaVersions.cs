using ManagedCuda.CudaBlas;
using ManagedCuda.CudaSparse;
using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda;

/// <summary>Which of NVIDIA's libraries figures were made with, for people.</summary>
public static class CudaVersions
{
    private const string KernelDriver = "/proc/driver/nvidia/version";

    /// <summary>A line a library: its name, its version where it says one, and its file; or that it is not there. A card has to be open.</summary>
    public static IReadOnlyList<string> Describe() =>
    [
        .. File.Exists(KernelDriver) ? [$"kernel driver: {File.ReadLines(KernelDriver).First()}"] : Array.Empty<string>(),
        Describe(NvidiaLibrary.Driver, "driver", () => null),
        Describe(NvidiaLibrary.Blas, "cuBLAS", BlasVersion),
        Describe(NvidiaLibrary.Sparse, "cuSPARSE", SparseVersion),
        Describe(NvidiaLibrary.Nvml, "NVML", () => null),
    ];

    private static string Describe(NvidiaLibrary library, string name, Func<int?> version) => CudaLibraries.IsThere(library)
        ? $"{name}: {(version() is { } number ? $"version {number}, " : "")}{CudaLibraries.PathOf(library)}"
        : $"{name}: not on this machine";

    private static int? BlasVersion()
    {
        try
        {
            var blas = new CudaBlas();
            var version = 0;
            var status = CudaBlasNativeMethods.cublasGetVersion_v2(blas.CublasHandle, ref version);
            blas.Dispose();
            return status == CublasStatus.Success ? version : null;
        }
        catch (CudaBlasException)
        {
            return null; // it does not start, which the backend says that needs it
        }
    }

    private static int? SparseVersion()
    {
        try
        {
            using var sparse = new CudaSparseContext();
            var version = 0;
            return CudaSparseNativeMethods.cusparseGetVersion(sparse.Handle, ref version) == cusparseStatus.Success ? version : null;
        }
        catch (CudaSparseException)
        {
            return null;
        }
    }
}
