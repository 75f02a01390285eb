using RobustSnn.Cuda.Device;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Products;

/// <summary>Weights in the form that products read; made at the first pass that asks for them, and anew when they have changed.</summary>
/// <param name="weights">As the model has them.</param>
/// <param name="length">Floats of the form.</param>
/// <param name="pack">Has the card write the form to an address.</param>
internal sealed class PackedWeights(CudaDevice device, DeviceBuffer weights, long length, Action<ulong> pack) : IDisposable
{
    private CudaBuffer? memory;
    private long version = -1; // of the weights that were packed

    /// <summary>Bytes that are taken.</summary>
    public long Bytes => memory?.Bytes ?? 0;

    /// <summary>
    /// Address of the weights as they are when what is called next is carried out. In a recording they are looked at before every replay, and
    /// packed in its midst where an operation of its own has changed them.
    /// </summary>
    public ulong Refreshed()
    {
        memory ??= new CudaBuffer(device, length, ElementType.Float32);
        if (device.Recorder is not { } recorder)
        {
            PackIfChanged();
        }
        else if (recorder.HasChanged(weights))
        {
            pack(memory.Address);
        }
        else
        {
            recorder.Beforehand(PackIfChanged);
        }

        return memory.Address;
    }

    public void Dispose() => memory?.Dispose();

    private void PackIfChanged()
    {
        if (version != weights.Version)
        {
            pack(memory!.Address);
            version = weights.Version;
        }
    }
}
