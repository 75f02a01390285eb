using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        Activation spikes, int samples)
    {
        if (connection is SparseConnection sparse && spikes.Shape.IsBits && sparse.FiresFrom(input))
        {
            sparse.ConvolveNeuron(workers, Vectors, PointerOrNull(bias), neuron, Pointer(threshold)[0], input, spikes, samples);
            return;
        }

        throw new NotSupportedException();
    }
}
