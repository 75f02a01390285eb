using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>
/// The operations of the engine on one device. Every one exists as a plain reference with double accumulation
/// (<c>Reference/</c>) and as a fast version under the same name; the contract tests hold them against each other.
/// </summary>
/// <remarks>
/// <c>samples</c> is the number of samples of the batch in use: the first ones. Lane blocks behind them are not read, and operations on activations do not write them;
/// lanes behind them in the last block may hold anything finite, and no reduction counts them, but in gradients they are zero: every
/// backward operation leaves them so, and may rely on it. Spikes may be bits (<see cref="Storage.Bits"/>): <see cref="Neuron"/>,
/// <see cref="ConvolveNeuron"/> and <see cref="NormNeuron"/> write them, with 0 in every lane of no sample in use, and <see cref="Unpack"/>, <see cref="Convolve"/>, <see cref="ConvolveNeuron"/> and
/// <see cref="ConvolveWeightGradient"/> (as input), <see cref="AveragePool"/>, <see cref="WeightedSum"/>,
/// <see cref="WeightedSumCoefficientGradient"/> and <see cref="Sum"/> read them; anything else given bits throws an ArgumentException. Gradients of parameters are added to what their buffers hold. "In place" means that two arguments may be the same activation.
/// </remarks>
public interface IBackend : IDisposable
{
    /// <summary>What it is and runs on, for people: e.g. "cpu (AVX-512, 2 threads)".</summary>
    string Name { get; }

    /// <summary>How many pieces of work it does side by side: CPU threads.</summary>
    int Parallelism { get; }

    /// <summary>New memory for <paramref name="length"/> floats, all zero.</summary>
    DeviceBuffer Allocate(long length);

    // ---- whole buffers -------------------------------------------------------------------------------------------------------

    /// <summary>Sets every element.</summary>
    void Fill(DeviceBuffer target, float value);

    /// <summary>Copies the first <paramref name="count"/> floats.</summary>
    void Copy(DeviceBuffer source, DeviceBuffer target, long count);

    /// <summary>target = keep·target + scale·source, over all of target: sums, running averages, scaling.</summary>
    void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source);

    /// <summary>target = max(target, minimum).</summary>
    void ClampBelow(DeviceBuffer target, float minimum);

    /// <summary>The first <paramref name="count"/> elements become draw 0, 1, … of the stream.</summary>
    void RandomFill(DeviceBuffer target, long count, RandomKind kind, RandomKey key);

    // ---- images --------------------------------------------------------------------------------------------------------------

    /// <summary>(pixel − mean) / deviation, from pixels (sample, channel, row, column) to a static activation.</summary>
    /// <param name="mean">One a channel.</param>
    /// <param name="deviation">One a channel.</param>
    void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples);

    /// <summary>pixelGradient = outputGradient / deviation, back in the order of pixels.</summary>
    void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples);

    // ---- convolution and linear layers ---------------------------------------------------------------------------------------

    /// <summary>Prepares weights (outputs, inputs, kernel rows, kernel columns) for the three operations below.</summary>
    /// <param name="geometry">What connects to what.</param>
    /// <param name="weights">All weights, or with a pattern the existing ones, in the same order; gradients of weights are laid out alike.</param>
    /// <param name="pattern">Which weights exist; null where all do.</param>
    Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null);

    /// <summary>Takes over the weights' present values.</summary>
    void Refresh(Connection connection);

    /// <summary>output = weights ∗ input + bias.</summary>
    void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= weightsᵀ ∗ outputGradient, whose border is at least kernel − 1 − padding wide.</summary>
    void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>weightGradient += Σ over lanes and positions of outputGradient · input; biasGradient += Σ outputGradient.</summary>
    void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples);

    // ---- batch normalisation -------------------------------------------------------------------------------------------------

    /// <summary>Mean and biased variance of each channel over samples, timesteps and positions.</summary>
    void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples);

    /// <summary>output = scale·(input − mean)/√(variance + eps) + shift. In place.</summary>
    void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples);

    /// <summary>Gradient where mean and variance are constants (evaluation): inputGradient (+)= scale/√(variance + eps)·outputGradient. In place.</summary>
    void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon,
        Activation inputGradient, bool accumulate, int samples);

    /// <summary>Gradient where mean and variance are those of <paramref name="input"/>'s batch (training). In place in the gradients.</summary>
    void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples);

    // ---- activations ---------------------------------------------------------------------------------------------------------

    /// <summary>output = max(input, 0). In place.</summary>
    void Relu(Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= outputGradient where output &gt; 0. In place in the gradients.</summary>
    void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>
    /// METHODS 1: u = leak·u + I[t]; s[t] = 1 where u ≥ v_th; then reset; u starts at 0. Writes u before the reset to
    /// <paramref name="membrane"/>, where the backward pass wants it. The current may be static (one step) while the others have T.
    /// Membrane or, where there is none, spikes that are floats may be the current itself.
    /// </summary>
    /// <param name="threshold">v_th, one float.</param>
    void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples);

    /// <summary>
    /// <see cref="Convolve"/> and <see cref="Neuron"/> in one, for inference: spikes of a layer straight from its input, which may be static
    /// while the spikes have T steps. Neither currents nor membranes are kept.
    /// </summary>
    /// <param name="input">What the layer reads; or bits on a map that is larger than the layer's: it reads their means over windows,
    /// which <see cref="AveragePool"/> gives, and they are not kept either.</param>
    /// <param name="bias">One an output channel.</param>
    /// <param name="threshold">v_th, one float.</param>
    void ConvolveNeuron(Connection connection, DeviceBuffer? bias, NeuronModel neuron, DeviceBuffer threshold, Activation input,
        Activation spikes, int samples);

    /// <summary>
    /// Backward through time, through the reset and into v_th, with the surrogate for the spike's derivative. A static current gets the
    /// sum over its timesteps. In place in the gradients where shapes agree.
    /// </summary>
    void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples);

    /// <summary>BPTR: currentGradient[t] (+)= spikeGradient[t] where the neuron fired in any step. A static current gets the sum. In place.</summary>
    void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples);

    /// <summary><see cref="BatchNorm"/> and <see cref="Neuron"/> in one, to the same bits; neither currents nor membranes are kept. In place where spikes are floats.</summary>
    void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes, int samples);

    /// <summary>
    /// Gradient of <see cref="NormNeuron"/> where mean and variance are constants: inputGradient (+)= that of the current times
    /// scale/√(variance + eps). Currents and membranes are made anew from the input; a static one gets the sum over timesteps. In place in
    /// the gradients where shapes agree.
    /// </summary>
    void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>
    /// Gradient of <see cref="NormNeuron"/> where mean and variance are those of the input's batch, as <see cref="NeuronGradient"/> (or, through
    /// the rate, <see cref="NeuronRateGradient"/>, which has none of the threshold) and then <see cref="BatchNormGradient"/> give it. In place
    /// in the gradients where shapes agree.
    /// </summary>
    /// <param name="spikeGradient">Used up: it holds anything finite afterwards.</param>
    void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input, DeviceBuffer threshold,
        Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient,
        DeviceBuffer thresholdGradient, int samples);

    /// <summary>Spikes that are bits, as floats.</summary>
    void Unpack(Activation spikes, Activation output, int samples);

    /// <summary>Keeps each value with probability 1 − rate and divides it by that. The same key gives the same mask: its own gradient. In place only.</summary>
    /// <remarks>Draw number ((step·Batch + sample)·Count + (channel·Rows + row)·Columns + column), uniform, kept where ≥ rate.</remarks>
    void Dropout(Activation values, float rate, RandomKey key, int samples);

    // ---- joining and pooling -------------------------------------------------------------------------------------------------

    /// <summary>Means of windows of size (input rows / output rows) × (input columns / output columns).</summary>
    void AveragePool(Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= outputGradient / window size, over each window.</summary>
    void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>output = coefficients[0]·first + coefficients[1]·second; either may be static while output has T steps.</summary>
    void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples);

    /// <summary>inputGradient (+)= coefficients[index]·outputGradient (summed over steps for a static input). In place where shapes agree.</summary>
    void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples);

    /// <summary>coefficientGradient[index] += Σ input · outputGradient; the input may be static.</summary>
    void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index, int samples);

    // ---- logits and losses ---------------------------------------------------------------------------------------------------

    /// <summary>logits (sample, class) = mean over timesteps of a 1 × 1 activation.</summary>
    void Readout(Activation scores, DeviceBuffer logits, int samples);

    /// <summary>scoreGradient = logitGradient / T at every timestep, and 0 in lanes that are not in use.</summary>
    void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples);

    /// <summary>
    /// losses[i] = loss of sample i (unscaled); gradient += scale·d losses[i]/d logits[i], and likewise into the reference's gradient.
    /// </summary>
    /// <param name="reference">Reference logits, for the losses that have them.</param>
    /// <param name="labels">Class of each sample, as a float.</param>
    void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples);

    // ---- training ------------------------------------------------------------------------------------------------------------

    /// <summary>PyTorch's SGD: g = gradient + weightDecay·value; velocity = momentum·velocity + g; value −= learningRate·velocity.</summary>
    void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay);

    // ---- attacks (pixels: sample, channel, row, column) ----------------------------------------------------------------------

    /// <summary>
    /// output = clip01(project(pixels + steps[i]·sign(gradient))) into the L∞ ball of radius epsilon round origin; sign(0) = 0.
    /// Per sample i of <paramref name="samples"/>; In place.
    /// </summary>
    void SignStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, float epsilon, DeviceBuffer output,
        int samples);

    /// <summary>
    /// APGD's step: z = SignStep(pixels); output = clip01(project(pixels + momentum·(z − pixels) + (1 − momentum)·(pixels − previous))).
    /// </summary>
    void MomentumSignStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, float epsilon, DeviceBuffer output, int samples);

    /// <summary>Copies sample i from source to target where selected[i] ≠ 0.</summary>
    void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples);

    // ---- reductions ----------------------------------------------------------------------------------------------------------

    /// <summary>Sum over the samples in use, in an order that does not depend on the number of threads.</summary>
    double Sum(Activation values, int samples);

    /// <summary>The k-th smallest value (k from 1) over steps, samples, positions and channels, exactly; NaN is above all.</summary>
    float KthSmallest(Activation values, long k, int samples);
}
