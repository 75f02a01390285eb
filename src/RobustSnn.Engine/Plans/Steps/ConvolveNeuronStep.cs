using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>A convolution or linear layer and the spiking neurons that alone read it: the current between them is never stored.</summary>
internal sealed class ConvolveNeuronStep(
    SpikingModel model, int layer, ParameterTensor? bias, ParameterTensor threshold, Activation input, MeanWindow window,
    Activation output, SpikeCounter spikes) : SpikingStep(output, spikes)
{
    /// <exception cref="InvalidOperationException">Always: only inference plans have such steps.</exception>
    public override void Backward(IBackend backend, in Pass pass) =>
        throw new InvalidOperationException("a layer and its neurons in one step have no backward pass");

    protected override void Fire(IBackend backend, in Pass pass) =>
        backend.ConvolveNeuron(model.Connection(layer), bias?.Value, model.Network.Neurons, threshold.Value, input, window, Output, pass.Samples);
}
