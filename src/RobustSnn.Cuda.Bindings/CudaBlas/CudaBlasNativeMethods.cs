using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda.CudaBlas;

/// <summary>
/// cuBLAS as the library has it: calls return a status and throw nothing but what a missing library throws. Matrices are stored column by column. Of the two forms
/// of a product, one has its scalars on the host, the other on the device, as the pointer mode says.
/// </summary>
public static partial class CudaBlasNativeMethods
{
    internal const string Library = "cublas64_12";

    [LibraryImport(Library)]
    public static partial CublasStatus cublasCreate_v2(ref CudaBlasHandle handle);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasDestroy_v2(CudaBlasHandle handle);

    /// <summary>10,000 times the major, 100 times the minor version and the patch.</summary>
    [LibraryImport(Library)]
    public static partial CublasStatus cublasGetVersion_v2(CudaBlasHandle handle, ref int version);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasSetStream_v2(CudaBlasHandle handle, CUstream streamId);

    /// <summary>Memory that products may use, so that none is allocated while a stream is captured.</summary>
    [LibraryImport(Library)]
    public static partial CublasStatus cublasSetWorkspace_v2(CudaBlasHandle handle, CUdeviceptr workspace, SizeT workspaceSizeInBytes);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasSetPointerMode_v2(CudaBlasHandle handle, PointerMode mode);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasGetPointerMode_v2(CudaBlasHandle handle, ref PointerMode mode);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasSgemm_v2(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, ref float alpha, CUdeviceptr A, int lda,
        CUdeviceptr B, int ldb, ref float beta, CUdeviceptr C, int ldc);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasSgemm_v2(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, CUdeviceptr alpha, CUdeviceptr A, int lda,
        CUdeviceptr B, int ldb, CUdeviceptr beta, CUdeviceptr C, int ldc);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasGemmEx(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, IntPtr alpha, CUdeviceptr A, cudaDataType Atype,
        int lda, CUdeviceptr B, cudaDataType Btype, int ldb, IntPtr beta, CUdeviceptr C, cudaDataType Ctype, int ldc,
        ComputeType computeType, GemmAlgo algo);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasGemmEx(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, CUdeviceptr alpha, CUdeviceptr A,
        cudaDataType Atype, int lda, CUdeviceptr B, cudaDataType Btype, int ldb, CUdeviceptr beta, CUdeviceptr C, cudaDataType Ctype,
        int ldc, ComputeType computeType, GemmAlgo algo);

    [LibraryImport(Library)]
    public static partial CublasStatus cublasGemmBatchedEx(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, CUdeviceptr alpha, CUdeviceptr Aarray,
        cudaDataType Atype, int lda, CUdeviceptr Barray, cudaDataType Btype, int ldb, CUdeviceptr beta, CUdeviceptr Carray,
        cudaDataType Ctype, int ldc, int batchCount, ComputeType computeType, GemmAlgo algo);

    /// <summary>The library reads a <see cref="ComputeType"/> where this form says cudaDataType: cast one.</summary>
    [LibraryImport(Library)]
    public static partial CublasStatus cublasGemmBatchedEx(
        CudaBlasHandle handle, Operation transa, Operation transb, int m, int n, int k, IntPtr alpha, CUdeviceptr Aarray,
        cudaDataType Atype, int lda, CUdeviceptr Barray, cudaDataType Btype, int ldb, IntPtr beta, CUdeviceptr Carray,
        cudaDataType Ctype, int ldc, int batchCount, cudaDataType computeType, GemmAlgo algo);
}
