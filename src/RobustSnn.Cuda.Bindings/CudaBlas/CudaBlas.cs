using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaBlas.CudaBlasException;

namespace ManagedCuda.CudaBlas;

/// <summary>cuBLAS, for one thread at a time. As in ManagedCuda, it has <see cref="Dispose()"/> without being <see cref="IDisposable"/>.</summary>
/// <remarks>Every member throws <see cref="CudaBlasException"/> where cuBLAS reports an error.</remarks>
public class CudaBlas
{
    private CUstream stream;
    private bool disposed;

    public CudaBlas()
    {
        var handle = default(CudaBlasHandle);
        ThrowUnlessSuccess(CudaBlasNativeMethods.cublasCreate_v2(ref handle), "cublasCreate");
        CublasHandle = handle;
    }

    public CudaBlas(CUstream stream)
        : this() => Stream = stream;

    public CudaBlasHandle CublasHandle { get; }

    /// <summary>In whose order products are computed. Setting it takes a workspace that was set away again.</summary>
    public CUstream Stream
    {
        get => stream;
        set
        {
            ThrowUnlessSuccess(CudaBlasNativeMethods.cublasSetStream_v2(CublasHandle, value), "cublasSetStream");
            stream = value;
        }
    }

    public PointerMode PointerMode
    {
        get
        {
            var mode = default(PointerMode);
            ThrowUnlessSuccess(CudaBlasNativeMethods.cublasGetPointerMode_v2(CublasHandle, ref mode), "cublasGetPointerMode");
            return mode;
        }
        set => ThrowUnlessSuccess(CudaBlasNativeMethods.cublasSetPointerMode_v2(CublasHandle, value), "cublasSetPointerMode");
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool fDisposing)
    {
        if (!disposed)
        {
            disposed = true;
            _ = CudaBlasNativeMethods.cublasDestroy_v2(CublasHandle);
        }
    }
}
