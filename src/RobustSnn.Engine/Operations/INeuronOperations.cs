using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Operations;

/// <summary>Spiking neurons (METHODS 1), alone and fused with the layer or the normalisation before them.</summary>
public interface INeuronOperations
{
    /// <summary>
    /// METHODS 1: u = leak·u + I[t]; s[t] = 1 where u ≥ v_th; then reset; u starts at 0. Writes u before the reset to
    /// <paramref name="membrane"/>, where the backward pass wants it. The current may be static (one step) while the others have T.
    /// Membrane or, where there is none, spikes that are floats may be the current itself.
    /// </summary>
    /// <param name="threshold">v_th: one float, or one a channel.</param>
    void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples);

    /// <summary>
    /// <see cref="IConnectionOperations.Convolve"/> and <see cref="Neuron"/> in one, for inference: spikes of a layer straight from its input, which may be static
    /// while the spikes have T steps. Neither currents nor membranes are kept.
    /// </summary>
    /// <param name="input">What the layer reads, or what the window is moved over.</param>
    /// <param name="window">Where it is more than one position: the layer reads the means over windows of the input, which are bits.
    /// <see cref="IPoolingOperations.AveragePool"/> gives them; here they are not kept either.</param>
    /// <param name="bias">One an output channel.</param>
    /// <param name="threshold">v_th, one float.</param>
    void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        MeanWindow window, Activation spikes, int samples);

    /// <summary>
    /// Backward through time, through the reset and into v_th, with the surrogate for the spike's derivative. A static current gets the
    /// sum over its timesteps. In place in the gradients where shapes agree. Thresholds are one float, or one a channel, their gradient alike.
    /// </summary>
    void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples);

    /// <summary>BPTR: currentGradient[t] (+)= spikeGradient[t] where the neuron fired in any step. A static current gets the sum. In place.</summary>
    void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples);

    /// <summary>
    /// RGA (METHODS 10): currentGradient[t] (+)= spikeGradient[t]·<see cref="RateSlope.Of"/>(x̄)/v_th, x̄ the mean over the steps of I[t]/v_th.
    /// The currents follow from the membranes: I[t] = u[t] − leak·u'[t − 1]. A static current gets the sum. In place.
    /// </summary>
    void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples);

    /// <summary>
    /// HART (METHODS 10): currentGradient[t] (+)= the mean over the steps of spikeGradient·max(0, 1 − |z|)/v_th, z = (u − v_th)/v_th: no step
    /// hands a gradient to the one before. A static current gets the sum over its timesteps. In place.
    /// </summary>
    void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples);

    /// <summary>
    /// <see cref="INormalisationOperations.BatchNorm"/> and <see cref="Neuron"/> in one, to the same bits; neither currents nor membranes are
    /// kept. In place where spikes are floats. The threshold is one float.
    /// </summary>
    void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes, int samples);

    /// <summary>
    /// Gradient of <see cref="NormNeuron"/> where mean and variance are constants: inputGradient (+)= that of the current times
    /// scale/√(variance + eps). Currents and membranes are made anew from the input; a static one gets the sum over timesteps. In place in
    /// the gradients where shapes agree.
    /// </summary>
    void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>
    /// Gradient of <see cref="NormNeuron"/> where mean and variance are those of the input's batch, as <see cref="NeuronGradient"/> (or, on another
    /// <see cref="NeuronPath"/>, its operation, which has none of the threshold) and then <see cref="INormalisationOperations.BatchNormGradient"/>
    /// give it. In place in the gradients where shapes agree.
    /// </summary>
    /// <param name="spikeGradient">Used up: it holds anything finite afterwards.</param>
    void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input, DeviceBuffer threshold,
        Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient,
        DeviceBuffer thresholdGradient, int samples);
}
