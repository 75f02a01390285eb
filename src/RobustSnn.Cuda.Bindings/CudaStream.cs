using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>A queue of work that the device does in order.</summary>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error.</remarks>
public class CudaStream : IDisposable
{
    private bool disposed;

    /// <summary>One that also waits for the default stream.</summary>
    public CudaStream()
        : this(CUStreamFlags.Default)
    {
    }

    public CudaStream(CUStreamFlags flags)
    {
        var stream = default(CUstream);
        ThrowUnlessSuccess(DriverAPINativeMethods.Streams.cuStreamCreate(ref stream, flags), "cuStreamCreate");
        Stream = stream;
    }

    public CUstream Stream { get; }

    public void Synchronize() => ThrowUnlessSuccess(DriverAPINativeMethods.Streams.cuStreamSynchronize(Stream), "cuStreamSynchronize");

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Work that was queued is done nevertheless.</summary>
    protected virtual void Dispose(bool fDisposing)
    {
        if (!disposed)
        {
            disposed = true;
            _ = DriverAPINativeMethods.Streams.cuStreamDestroy_v2(Stream);
        }
    }
}
