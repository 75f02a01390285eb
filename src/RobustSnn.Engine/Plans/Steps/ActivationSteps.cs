using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>A layer of spiking neurons (METHODS 1) that reads its currents.</summary>
/// <param name="membrane">Where membranes are kept for the backward pass.</param>
internal sealed class NeuronStep(
    NeuronModel neuron, Link input, Activation output, Activation? gradient, Activation? membrane, ParameterTensor threshold,
    bool trains, SpikeCounter spikes) : SpikingStep(output, spikes)
{
    /// <summary>The input current.</summary>
    public Activation Current => input.Value;

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is null)
        {
            return;
        }

        if (pass.Adaptive is { } adaptive)
        {
            var slopes = adaptive.Slopes(this, membrane!, threshold.Value, in pass);
            backend.NeuronSlopeGradient(neuron, slopes, membrane!, threshold.Value, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
        else
        {
            BackwardBy(pass.Gradient, backend, pass.Samples, input.Gradient);
        }
    }

    private void BackwardBy(NeuronGradient by, IBackend backend, int samples, Activation target)
    {
        switch (by.Path)
        {
            case NeuronPath.Time:
                backend.NeuronGradient(neuron, by.Surrogate, membrane!, threshold.Value, gradient!, target, input.Accumulate,
                    trains ? threshold.Gradient : null, samples);
                break;
            case NeuronPath.Rate:
                backend.NeuronRateGradient(neuron, membrane!, threshold.Value, gradient!, target, input.Accumulate, samples);
                break;
            case NeuronPath.MeanCurrent:
                backend.NeuronMeanCurrentGradient(neuron, membrane!, threshold.Value, gradient!, target, input.Accumulate, samples);
                break;
            case NeuronPath.MeanGradient:
                backend.NeuronMeanGradient(neuron, membrane!, threshold.Value, gradient!, target, input.Accumulate, samples);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(by), by.Path, "no way back through neurons");
        }
    }

    protected override void Fire(IBackend backend, in Pass pass) =>
        backend.Neuron(neuron, input.Value, threshold.Value, membrane, Output, pass.Samples);
}

/// <summary>An ANN's activation, and a neuron run with T = 0.</summary>
internal sealed class ReluStep(Link input, Activation output, Activation? gradient) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) => backend.Relu(input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.ReluGradient(output, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
