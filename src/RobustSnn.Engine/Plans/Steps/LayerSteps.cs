using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>A convolution or linear layer.</summary>
internal sealed class ConnectionStep(
    SpikingModel model, int node, Link input, Activation output, Activation? gradient, ParameterTensor weight, ParameterTensor? bias, bool trains)
    : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) =>
        backend.Convolve(model.Connection(node), bias?.Value, input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        var connection = model.Connection(node);
        if (trains)
        {
            backend.ConvolveWeightGradient(connection, input.Value, gradient!, weight.EffectiveGradient!, bias?.Gradient, pass.Samples);
        }

        if (input.Gradient is not null)
        {
            backend.ConvolveInputGradient(connection, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}

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
