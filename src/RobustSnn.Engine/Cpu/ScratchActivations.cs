using System.Runtime.InteropServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// Activations that live for one operation, all in the same memory. It is kept for the next pass, so that only the first allocates. Values
/// are left from the last operation, borders are zero.
/// </summary>
internal sealed unsafe class ScratchActivations(NativeHeap heap) : IDisposable
{
    private readonly Dictionary<ActivationShape, Activation> byShape = [];
    private NativeBuffer data = heap.Allocate(0);
    private ActivationShape last;

    public Activation Of(ActivationShape shape)
    {
        if (data.Length < shape.Length)
        {
            var larger = heap.Allocate(shape.Length); // if there is no room, what there is stays
            byShape.Clear();
            data.Dispose();
            data = larger;
        }

        if (!byShape.TryGetValue(shape, out var activation))
        {
            activation = new Activation(shape, data);
            byShape.Add(shape, activation);
        }

        if (shape != last && shape.Border > 0)
        {
            NativeMemory.Clear(data.Pointer, (nuint)shape.Length * sizeof(float));
        }

        last = shape;
        return activation;
    }

    public void Dispose() => data.Dispose();
}
