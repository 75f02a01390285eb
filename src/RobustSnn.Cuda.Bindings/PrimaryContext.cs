using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>
/// A device's primary context, which everything in the process shares. It is retained, not made current: every thread calls
/// <see cref="CudaContext.SetCurrent"/>.
/// </summary>
public class PrimaryContext : CudaContext
{
    private bool released;

    public PrimaryContext(int deviceId)
        : this(GetCUdevice(deviceId))
    {
    }

    public PrimaryContext(CUdevice device)
        : base(Retain(device), device)
    {
    }

    /// <summary>Gives it back. What it owned goes with the last that gives it back.</summary>
    protected override void Dispose(bool fDisposing)
    {
        if (!released)
        {
            released = true;

            // An error of a kernel would be reported here once more; whoever disposes has nothing to do with it.
            _ = DriverAPINativeMethods.ContextManagement.cuDevicePrimaryCtxRelease(Device);
        }
    }

    private static CUcontext Retain(CUdevice device)
    {
        var context = default(CUcontext);
        CudaException.ThrowUnlessSuccess(DriverAPINativeMethods.ContextManagement.cuDevicePrimaryCtxRetain(ref context, device), "cuDevicePrimaryCtxRetain");
        return context;
    }
}
