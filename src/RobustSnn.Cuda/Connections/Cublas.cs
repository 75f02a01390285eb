using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;
using Operation = ManagedCuda.CudaBlas.Operation;

namespace RobustSnn.Cuda.Connections;

/// <summary>result (+)= op(first) · op(second), matrices stored column by column.</summary>
/// <param name="Rows">Of the result.</param>
/// <param name="Columns">Of the result.</param>
/// <param name="Depth">Products of an element.</param>
/// <param name="LeadingFirst">Floats from a column of the first matrix to the next; likewise the others.</param>
internal readonly record struct Product(
    int Rows, int Columns, int Depth, Operation First, Operation Second, int LeadingFirst, int LeadingSecond, int LeadingResult);

/// <summary>cuBLAS: loaded at the first product, with memory of its own that the backend knows of.</summary>
internal sealed unsafe class Cublas(CudaDevice device, ProductPrecision precision) : IDisposable
{
    /// <summary>Products of a call: a grid's third dimension has no room for more.</summary>
    private const int MostInBatch = 65_535;

    private const int AddressBytes = sizeof(ulong);

    private CudaBlas? library;
    private CudaBuffer? workspace;

    /// <summary>What NVIDIA advises to give it: 32 MiB from Hopper on, 4 MiB before. The library would take as much, and more in a recording.</summary>
    public static long WorkspaceBytes(Version capability) => capability.Major >= 9 ? 32 << 20 : 4 << 20;

    /// <summary>Has products computed, one for each of the matrices whose addresses lie at three places of the device.</summary>
    /// <param name="adds">Whether they are added to the results.</param>
    /// <param name="isGradient">Whether they are part of a gradient.</param>
    /// <exception cref="BadInputException">There is no cuBLAS: the message says where it was looked for. Or the card has no memory for it.</exception>
    public void Multiply(Product product, ulong first, ulong second, ulong result, int count, bool adds, bool isGradient)
    {
        var handle = Handle();
        var (one, kept) = (1f, adds ? 1f : 0f);
        for (var done = 0; done < count; done += MostInBatch)
        {
            var skip = (ulong)done * AddressBytes;
            var status = CudaBlasNativeMethods.cublasGemmBatchedEx(
                handle, product.First, product.Second, product.Rows, product.Columns, product.Depth,
                (IntPtr)(&one), new CUdeviceptr { Pointer = first + skip }, ProductPrecision.Stored, product.LeadingFirst,
                new CUdeviceptr { Pointer = second + skip }, ProductPrecision.Stored, product.LeadingSecond,
                (IntPtr)(&kept), new CUdeviceptr { Pointer = result + skip }, ProductPrecision.Stored, product.LeadingResult,
                System.Math.Min(MostInBatch, count - done), (cudaDataType)(isGradient ? precision.Gradient : precision.Forward), GemmAlgo.Default);
            if (status != CublasStatus.Success)
            {
                Check(device, status, $"compute {count} products as {product}");
            }
        }
    }

    public void Dispose()
    {
        library?.Dispose();
        workspace?.Dispose();
    }

    /// <summary>Starts the library on the card's stream.</summary>
    /// <exception cref="BadInputException">There is no cuBLAS, it does not start, or the card has no memory for it.</exception>
    public static CudaBlas Start(CudaDevice device)
    {
        try
        {
            CudaLibraries.Require(NvidiaLibrary.Blas);
            return new CudaBlas(device.Stream);
        }
        catch (CudaLibraryException missing)
        {
            throw new BadInputException($"cuda: {missing.Message}", missing);
        }
        catch (CudaBlasException refusal)
        {
            throw refusal.CudaBlasError == CublasStatus.AllocFailed
                ? device.OutOfMemory("start cuBLAS")
                : new BadInputException($"cuda: cuBLAS does not start: {refusal.Message}. {device.AboutLibraries}", refusal);
        }
    }

    /// <param name="status">What the library answered.</param>
    /// <param name="what">It was asked to do.</param>
    /// <exception cref="BadInputException">The card's memory did not suffice.</exception>
    /// <exception cref="InvalidOperationException">The call failed.</exception>
    public static void Check(CudaDevice device, CublasStatus status, string what)
    {
        if (status != CublasStatus.Success)
        {
            throw status == CublasStatus.AllocFailed
                ? device.OutOfMemory($"have cuBLAS {what}")
                : new InvalidOperationException($"cuda: cuBLAS could not {what}: {status} ({(int)status})");
        }
    }

    private CudaBlasHandle Handle()
    {
        if (library is null)
        {
            workspace ??= new CudaBuffer(device, WorkspaceBytes(device.Capability), ElementType.Byte);
            var opened = Start(device);
            try
            {
                Check(device, CudaBlasNativeMethods.cublasSetWorkspace_v2(
                    opened.CublasHandle, new CUdeviceptr { Pointer = workspace.Address }, workspace.Bytes), "take its workspace");
            }
            catch
            {
                opened.Dispose();
                throw;
            }

            library = opened;
        }

        return library.CublasHandle;
    }
}
