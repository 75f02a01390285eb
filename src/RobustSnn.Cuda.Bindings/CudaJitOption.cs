using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>Something that the driver's compiler of PTX is told, as one or two of its options.</summary>
public abstract class CudaJitOption : IDisposable
{
    private protected CudaJitOption()
    {
    }

    /// <summary>The driver's options and their values: numbers, or addresses of buffers.</summary>
    internal abstract (CUJITOption Option, IntPtr Value)[] Entries { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What the driver wrote becomes what the option says.</summary>
    internal virtual void UpdateValue()
    {
    }

    protected virtual void Dispose(bool fDisposing)
    {
    }
}
