using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Reference;

/// <summary>BatchNorm and neuron in one: the two operations one after the other, with what lies between them kept for the moment.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>I = BatchNorm(x); s = Neuron(I)</summary>
    public void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes,
        int samples) =>
        Neuron(neuron, Current(normalisation, input, samples), threshold, null, spikes, samples);

    /// <summary>dI = NeuronGradient(ds) or, on another path, its operation; dx (+)= BatchNormFixedGradient(dI)</summary>
    public void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var dI = CurrentGradient(normalisation, neuron, gradient, input, threshold, spikeGradient, null, samples);
        BatchNormFixedGradient(dI, normalisation.Scale, normalisation.Variance, normalisation.Epsilon, inputGradient, accumulate, samples);
    }

    /// <summary>dI as above; dx (+)= BatchNormGradient(dI)</summary>
    public void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient,
        DeviceBuffer shiftGradient, DeviceBuffer thresholdGradient, int samples)
    {
        var dI = CurrentGradient(normalisation, neuron, gradient, input, threshold, spikeGradient, thresholdGradient, samples);
        BatchNormGradient(input, dI, normalisation.Scale, normalisation.Mean, normalisation.Variance, normalisation.Epsilon, inputGradient,
            accumulate, scaleGradient, shiftGradient, samples);
    }

    private Activation Current(Normalisation normalisation, Activation input, int samples)
    {
        var current = HostActivation.Zero(input.Shape);
        BatchNorm(input, normalisation.Scale, normalisation.Shift, normalisation.Mean, normalisation.Variance, normalisation.Epsilon, current,
            samples);
        return current;
    }

    private Activation CurrentGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, DeviceBuffer? thresholdGradient, int samples)
    {
        var membrane = HostActivation.Zero(spikeGradient.Shape);
        Neuron(neuron, Current(normalisation, input, samples), threshold, membrane, HostActivation.Zero(spikeGradient.Shape), samples);
        var currentGradient = HostActivation.Zero(input.Shape);
        switch (gradient.Path)
        {
            case NeuronPath.Time:
                NeuronGradient(neuron, gradient.Surrogate, membrane, threshold, spikeGradient, currentGradient, false, thresholdGradient, samples);
                break;
            case NeuronPath.Rate:
                NeuronRateGradient(neuron, membrane, threshold, spikeGradient, currentGradient, false, samples);
                break;
            case NeuronPath.MeanCurrent:
                NeuronMeanCurrentGradient(neuron, membrane, threshold, spikeGradient, currentGradient, false, samples);
                break;
            case NeuronPath.MeanGradient:
                NeuronMeanGradient(neuron, membrane, threshold, spikeGradient, currentGradient, false, samples);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(gradient), gradient.Path, "no way back through neurons");
        }

        return currentGradient;
    }
}
