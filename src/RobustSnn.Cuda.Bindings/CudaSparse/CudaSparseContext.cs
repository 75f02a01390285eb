using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaSparse.CudaSparseException;

namespace ManagedCuda.CudaSparse;

/// <summary>cuSPARSE, for one thread at a time.</summary>
/// <remarks>Every member throws <see cref="CudaSparseException"/> where cuSPARSE reports an error.</remarks>
public class CudaSparseContext : IDisposable
{
    private bool disposed;

    public CudaSparseContext()
    {
        var handle = default(cusparseContext);
        ThrowUnlessSuccess(CudaSparseNativeMethods.cusparseCreate(ref handle), "cusparseCreate");
        Handle = handle;
    }

    public CudaSparseContext(CUstream stream)
        : this() => SetStream(stream);

    public cusparseContext Handle { get; }

    /// <summary>In whose order products are computed.</summary>
    public void SetStream(CUstream stream) => ThrowUnlessSuccess(CudaSparseNativeMethods.cusparseSetStream(Handle, stream), "cusparseSetStream");

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
            _ = CudaSparseNativeMethods.cusparseDestroy(Handle);
        }
    }
}
