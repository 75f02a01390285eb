using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Device;

/// <summary>Activations that live for one operation, all in the same memory, which is kept for the next. They hold anything, frames included.</summary>
internal sealed class ScratchActivations(CudaDevice device) : IDisposable
{
    private readonly Dictionary<ActivationShape, Activation> byShape = [];
    private CudaBuffer? memory;

    /// <summary>Changes when the memory moves: who has noted its address notes it anew.</summary>
    public long Generation { get; private set; }

    /// <summary>One of floats.</summary>
    public Activation Of(ActivationShape shape)
    {
        if (memory is null || memory.Length < shape.Length)
        {
            var larger = new CudaBuffer(device, shape.Length, ElementType.Float32); // if there is no room, what there is stays
            byShape.Clear();
            memory?.Dispose();
            memory = larger;
            Generation++;
        }

        if (!byShape.TryGetValue(shape, out var activation))
        {
            activation = new Activation(shape, memory);
            byShape.Add(shape, activation);
        }

        return activation;
    }

    public void Dispose() => memory?.Dispose();
}
