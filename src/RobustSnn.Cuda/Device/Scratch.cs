using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Device;

/// <summary>
/// Memory for the partial results of one operation at a time, kept for the next. Operations are carried out in order, so all can use the same.
/// </summary>
internal sealed class Scratch(CudaDevice device) : IDisposable
{
    private CudaBuffer? memory;

    /// <summary>Changes when the memory moves: who has noted its address notes it anew.</summary>
    public long Generation { get; private set; }

    /// <summary>Address of at least so many bytes, which hold anything.</summary>
    public ulong Take(long bytes)
    {
        if (memory is null || memory.Bytes < bytes)
        {
            var larger = new CudaBuffer(device, bytes, ElementType.Byte);
            memory?.Dispose(); // the driver waits for what still works in it
            memory = larger;
            Generation++;
        }

        return memory.Address;
    }

    public void Dispose() => memory?.Dispose();
}
