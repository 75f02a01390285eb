using ManagedCuda.BasicTypes;
using ManagedCuda.CudaSparse;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Connections;

/// <summary>result (+)= weights · source, where the weights are lists and the others are matrices of rows of lanes.</summary>
/// <param name="Outputs">Rows of the weights and of the result.</param>
/// <param name="Inputs">Columns of the weights, and rows of the source.</param>
/// <param name="Lanes">Columns of source and result, which follow each other from row to row.</param>
/// <param name="Starts">Address of where each output's weights start.</param>
/// <param name="Columns">Address of each weight's input.</param>
internal readonly record struct SparseProduct(int Outputs, int Inputs, int Lanes, int Count, ulong Starts, ulong Columns, ulong Weights);

/// <summary>cuSPARSE: loaded at the first product.</summary>
internal sealed unsafe class Cusparse(CudaDevice device) : IDisposable
{
    /// <summary>Memory for partial results that a product may ask for; one that wants more is left to lists.</summary>
    public const long MostBufferBytes = 1 << 16;

    /// <summary>The one that gives the same bits on every run.</summary>
    private const SpMMAlg Algorithm = SpMMAlg.CUSPARSE_SPMM_CSR_ALG3;

    private cusparseContext? library;

    /// <summary>Has a product computed, unless it asks for more memory than <see cref="MostBufferBytes"/>.</summary>
    /// <param name="buffer">Address of so much.</param>
    /// <param name="adds">Whether it is added to the result.</param>
    /// <returns>Whether it was.</returns>
    /// <exception cref="BadInputException">There is no cuSPARSE: the message says where it was looked for. Or the card has no memory for it.</exception>
    public bool TryMultiply(in SparseProduct product, ulong source, ulong result, ulong buffer, bool adds)
    {
        var context = Context();
        var (weights, from, to) = (default(cusparseSpMatDescr), default(cusparseDnMatDescr), default(cusparseDnMatDescr));
        Check(CudaSparseNativeMethods.cusparseCreateCsr(ref weights, product.Outputs, product.Inputs, product.Count, At(product.Starts),
            At(product.Columns), At(product.Weights), IndexType.Index32I, IndexType.Index32I, IndexBase.Zero, cudaDataType.CUDA_R_32F), "describe weights");
        try
        {
            Check(CudaSparseNativeMethods.cusparseCreateDnMat(
                ref from, product.Inputs, product.Lanes, product.Lanes, At(source), cudaDataType.CUDA_R_32F, Order.Row), "describe a source");
            Check(CudaSparseNativeMethods.cusparseCreateDnMat(
                ref to, product.Outputs, product.Lanes, product.Lanes, At(result), cudaDataType.CUDA_R_32F, Order.Row), "describe a result");
            var (one, kept, bytes) = (1f, adds ? 1f : 0f, default(SizeT));
            Check(CudaSparseNativeMethods.cusparseSpMM_bufferSize(context, cusparseOperation.NonTranspose, cusparseOperation.NonTranspose,
                (IntPtr)(&one), weights, from, (IntPtr)(&kept), to, cudaDataType.CUDA_R_32F, Algorithm, ref bytes), "say what memory it needs");
            if ((long)bytes > MostBufferBytes)
            {
                return false;
            }

            Check(CudaSparseNativeMethods.cusparseSpMM(context, cusparseOperation.NonTranspose, cusparseOperation.NonTranspose,
                (IntPtr)(&one), weights, from, (IntPtr)(&kept), to, cudaDataType.CUDA_R_32F, Algorithm, At(buffer)), "multiply");
            return true;
        }
        finally
        {
            // Descriptions are the host's: what has been called keeps what it needs of them.
            _ = CudaSparseNativeMethods.cusparseDestroySpMat(weights);
            _ = CudaSparseNativeMethods.cusparseDestroyDnMat(from);
            _ = CudaSparseNativeMethods.cusparseDestroyDnMat(to);
        }
    }

    public void Dispose()
    {
        if (library is { } context)
        {
            library = null;
            _ = CudaSparseNativeMethods.cusparseDestroy(context);
        }
    }

    private static CUdeviceptr At(ulong address) => new() { Pointer = address };

    private void Check(cusparseStatus status, string what)
    {
        if (status != cusparseStatus.Success)
        {
            throw IsOutOfMemory(status)
                ? device.OutOfMemory($"have cuSPARSE {what}")
                : new InvalidOperationException($"cuda: cuSPARSE could not {what}: {status} ({(int)status})");
        }
    }

    private static bool IsOutOfMemory(cusparseStatus status) => status is cusparseStatus.AllocFailed or cusparseStatus.InsufficientResources;

    private cusparseContext Context()
    {
        if (library is null)
        {
            try
            {
                CudaLibraries.Require(NvidiaLibrary.Sparse);
            }
            catch (CudaLibraryException missing)
            {
                throw new BadInputException($"cuda: {missing.Message}", missing);
            }

            var context = default(cusparseContext);
            var status = CudaSparseNativeMethods.cusparseCreate(ref context);
            if (status != cusparseStatus.Success)
            {
                throw IsOutOfMemory(status)
                    ? device.OutOfMemory("start cuSPARSE")
                    : new BadInputException($"cuda: cuSPARSE does not start: {status} ({(int)status}). {device.AboutLibraries}");
            }

            library = context;
            Check(CudaSparseNativeMethods.cusparseSetStream(context, device.Stream), "take a stream");
        }

        return library.Value;
    }
}
