using ManagedCuda.BasicTypes;
using static ManagedCuda.CudaException;

namespace ManagedCuda;

/// <summary>A mark in a stream that can be waited for and timed.</summary>
/// <remarks>Every member throws <see cref="CudaException"/> where the driver reports an error.</remarks>
public class CudaEvent : IDisposable
{
    private bool disposed;

    public CudaEvent()
        : this(CUEventFlags.Default)
    {
    }

    public CudaEvent(CUEventFlags flags)
    {
        var made = default(CUevent);
        ThrowUnlessSuccess(DriverAPINativeMethods.Events.cuEventCreate(ref made, flags), "cuEventCreate");
        Event = made;
    }

    public CUevent Event { get; }

    /// <summary>Between two events that have been reached, in milliseconds.</summary>
    public static float ElapsedTime(CudaEvent eventStart, CudaEvent eventEnd)
    {
        var milliseconds = 0f;
        ThrowUnlessSuccess(DriverAPINativeMethods.Events.cuEventElapsedTime(ref milliseconds, eventStart.Event, eventEnd.Event), "cuEventElapsedTime");
        return milliseconds;
    }

    public void Record(CUstream stream) => ThrowUnlessSuccess(DriverAPINativeMethods.Events.cuEventRecord(Event, stream), "cuEventRecord");

    public void Synchronize() => ThrowUnlessSuccess(DriverAPINativeMethods.Events.cuEventSynchronize(Event), "cuEventSynchronize");

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
            _ = DriverAPINativeMethods.Events.cuEventDestroy_v2(Event);
        }
    }
}
