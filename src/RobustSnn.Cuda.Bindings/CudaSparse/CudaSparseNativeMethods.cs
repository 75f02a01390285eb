using System.Runtime.InteropServices;
using ManagedCuda.BasicTypes;

namespace ManagedCuda.CudaSparse;

/// <summary>
/// cuSPARSE as the library has it: calls return a status and throw nothing but what a missing library throws. Of the two forms of a product, one has its scalars on
/// the host, the other on the device, as the pointer mode says.
/// </summary>
public static partial class CudaSparseNativeMethods
{
    internal const string Library = "cusparse64_12";

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseCreate(ref cusparseContext handle);

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseDestroy(cusparseContext handle);

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseGetVersion(cusparseContext handle, ref int version);

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSetStream(cusparseContext handle, CUstream streamId);

    /// <summary>Row offsets (rows + 1), column numbers and values (nnz each) stay where they are and must outlive the description.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseCreateCsr(
        ref cusparseSpMatDescr spMatDescr, long rows, long cols, long nnz, CUdeviceptr csrRowOffsets, CUdeviceptr csrColInd,
        CUdeviceptr csrValues, IndexType csrRowOffsetsType, IndexType csrColIndType, IndexBase idxBase, cudaDataType valueType);

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseDestroySpMat(cusparseConstSpMatDescr spMatDescr);

    /// <summary><c>ld</c> is how many elements lie between the beginnings of neighbouring columns, or rows.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseCreateDnMat(
        ref cusparseDnMatDescr dnMatDescr, long rows, long cols, long ld, CUdeviceptr values, cudaDataType valueType, Order order);

    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseDestroyDnMat(cusparseConstDnMatDescr dnMatDescr);

    /// <summary>How many bytes <c>cusparseSpMM</c> needs beside its matrices.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM_bufferSize(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, IntPtr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, IntPtr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg, ref SizeT bufferSize);

    /// <summary>How many bytes <c>cusparseSpMM</c> needs beside its matrices.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM_bufferSize(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, CUdeviceptr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, CUdeviceptr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg,
        ref SizeT bufferSize);

    /// <summary>Does once what depends on the pattern alone; later products with the same buffer are faster.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM_preprocess(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, IntPtr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, IntPtr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg,
        CUdeviceptr externalBuffer);

    /// <summary>Does once what depends on the pattern alone; later products with the same buffer are faster.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM_preprocess(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, CUdeviceptr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, CUdeviceptr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg,
        CUdeviceptr externalBuffer);

    /// <summary>C = alpha op(A) op(B) + beta C, A sparse.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, IntPtr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, IntPtr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg,
        CUdeviceptr externalBuffer);

    /// <summary>C = alpha op(A) op(B) + beta C, A sparse.</summary>
    [LibraryImport(Library)]
    public static partial cusparseStatus cusparseSpMM(
        cusparseContext handle, cusparseOperation opA, cusparseOperation opB, CUdeviceptr alpha, cusparseConstSpMatDescr matA,
        cusparseConstDnMatDescr matB, CUdeviceptr beta, cusparseDnMatDescr matC, cudaDataType computeType, SpMMAlg alg,
        CUdeviceptr externalBuffer);
}
