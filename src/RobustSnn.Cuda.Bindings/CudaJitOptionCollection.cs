using ManagedCuda.BasicTypes;

namespace ManagedCuda;

/// <summary>Options of the driver's compiler of PTX, which belong to the collection and are disposed of with it.</summary>
public class CudaJitOptionCollection : IDisposable
{
    private readonly List<CudaJitOption> options = [];

    internal CUJITOption[] Options => [.. options.SelectMany(option => option.Entries).Select(entry => entry.Option)];

    internal IntPtr[] Values => [.. options.SelectMany(option => option.Entries).Select(entry => entry.Value)];

    public void Add(CudaJitOption opt) => options.Add(opt);

    /// <summary>Reads what the driver wrote into the options' buffers, also after a failure.</summary>
    public void UpdateValues()
    {
        foreach (var option in options)
        {
            option.UpdateValue();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool fDisposing)
    {
        foreach (var option in options)
        {
            option.Dispose();
        }
    }
}
