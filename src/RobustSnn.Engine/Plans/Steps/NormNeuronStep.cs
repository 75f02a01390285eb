using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>BatchNorm and the layer of spiking neurons that alone reads it: all that is kept for the backward pass is BatchNorm's input.</summary>
internal sealed class NormNeuronStep(
    NeuronModel neuron, NormStatistics statistics, Link input, Activation output, Activation? gradient, ParameterTensor threshold,
    SpikeCounter spikes) : SpikingStep(output, spikes)
{
    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not { } target)
        {
            return;
        }

        if (statistics.AreTheBatchs)
        {
            backend.NormNeuronGradient(statistics.Normalisation, neuron, pass.Gradient, input.Value, threshold.Value, gradient!, target,
                input.Accumulate, statistics.ScaleGradient, statistics.ShiftGradient, threshold.Gradient!, pass.Samples);
        }
        else
        {
            backend.NormNeuronFixedGradient(statistics.Normalisation, neuron, pass.Gradient, input.Value, threshold.Value, gradient!, target,
                input.Accumulate, pass.Samples);
        }
    }

    protected override void Fire(IBackend backend, in Pass pass)
    {
        statistics.Forward(backend, input.Value, pass.Samples);
        backend.NormNeuron(statistics.Normalisation, neuron, input.Value, threshold.Value, Output, pass.Samples);
    }
}
