using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    private readonly Dictionary<ActivationShape, Activation> currents = []; // all in the same memory: they live for one operation
    private NativeBuffer currentData = new(0);

    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        Activation spikes, int samples)
    {
        var current = Current(spikes.Shape with { Border = 0, Lanes = input.Shape.Lanes, Storage = Storage.Floats });
        Convolve(connection, bias, input, current, samples);
        Neuron(neuron, current, threshold, null, spikes, samples);
    }

    /// <summary>Memory for currents of a shape; kept for the next pass, so that only the first allocates.</summary>
    private Activation Current(ActivationShape shape)
    {
        if (currentData.Length < shape.Length)
        {
            currents.Clear();
            currentData.Dispose();
            currentData = new NativeBuffer(shape.Length);
        }

        if (!currents.TryGetValue(shape, out var current))
        {
            current = new Activation(shape, currentData);
            currents.Add(shape, current);
        }

        return current;
    }
}
