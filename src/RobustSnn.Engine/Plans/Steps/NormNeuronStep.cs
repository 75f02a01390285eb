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

        if (pass.Adaptive is { } adaptive)
        {
            BackwardAdaptively(backend, in pass, adaptive, target);
        }
        else if (statistics.AreTheBatchs)
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

    /// <summary>
    /// The currents and membranes once more, which are not kept, then the two backward one after the other: a surrogate that adapts has to see
    /// the membranes as values.
    /// </summary>
    private void BackwardAdaptively(IBackend backend, in Pass pass, AdaptiveGradient adaptive, Activation target)
    {
        var norm = statistics.Normalisation;
        var membrane = adaptive.MembraneScratch(this);
        var isStatic = input.Value.Shape.Lanes.Steps != membrane.Shape.Lanes.Steps;
        var current = isStatic ? adaptive.StaticScratch(this) : membrane;
        backend.BatchNorm(input.Value, norm.Scale, norm.Shift, norm.Mean, norm.Variance, norm.Epsilon, current, pass.Samples);
        backend.Neuron(neuron, current, threshold.Value, membrane, adaptive.SlopeScratch(this), pass.Samples);
        var slopes = adaptive.Slopes(this, membrane, threshold.Value, in pass);
        var currentGradient = isStatic ? current : slopes;
        backend.NeuronSlopeGradient(neuron, slopes, membrane, threshold.Value, gradient!, currentGradient, false, pass.Samples);
        backend.BatchNormFixedGradient(currentGradient, norm.Scale, norm.Variance, norm.Epsilon, target, input.Accumulate, pass.Samples);
    }

    protected override void Fire(IBackend backend, in Pass pass)
    {
        statistics.Forward(backend, input.Value, pass.Samples);
        backend.NormNeuron(statistics.Normalisation, neuron, input.Value, threshold.Value, Output, pass.Samples);
    }
}
