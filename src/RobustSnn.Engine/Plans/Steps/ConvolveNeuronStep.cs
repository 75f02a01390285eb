using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>A convolution or linear layer and the spiking neurons that alone read it: the current between them is never stored.</summary>
internal sealed class ConvolveNeuronStep(
    Connection connection, ParameterTensor? bias, NeuronModel neuron, ParameterTensor threshold, Activation input, Activation output)
    : SpikingStep(output)
{
    /// <exception cref="InvalidOperationException">Always: only inference plans have such steps.</exception>
    public override void Backward(IBackend backend, in Pass pass) =>
        throw new InvalidOperationException("a layer and its neurons in one step have no backward pass");

    protected override void Fire(IBackend backend, in Pass pass) =>
        backend.ConvolveNeuron(connection, bias?.Value, neuron, threshold.Value, input, Output, pass.Samples);
}
