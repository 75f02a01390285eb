using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Operations;

/// <summary>
/// Surrogates that adapt to each sample, neuron and step (METHODS 10): an operation that gives the spikes' derivatives as values, from
/// what it remembers on the device, and the neuron backward with derivatives that are given.
/// </summary>
public interface IAdaptiveOperations
{
    /// <summary>
    /// ASSG (METHODS 10). With z = (u − v_th)/v_th: mean = 0.9·mean + 0.1·|z|; then deviation = 0.9·deviation + 0.1·||z| − mean|;
    /// α = scale/(mean + 1.5·deviation + 1e-4); slopes = ds/du = α/(2·(1 + (π/2·α·z)²))/v_th.
    /// </summary>
    /// <param name="scale">a = 2·tan(c·π)/π.</param>
    /// <param name="membrane">u before the reset, at all T steps.</param>
    /// <param name="threshold">v_th: one float, or one a channel.</param>
    /// <param name="mean">M, and D below: changed in place. Spare lanes hold anything finite.</param>
    /// <param name="slopes">May be the membrane, where both are laid out alike.</param>
    /// <param name="learns">Whether mean and deviation change: otherwise the slopes follow from what they are.</param>
    void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation, Activation slopes,
        bool learns, int samples);

    /// <summary>
    /// PDSG (METHODS 10). With z = (u − v_th)/v_th and σ[t] the deviation (n − 1) of a sample's u/v_th in a channel over all positions and the
    /// steps up to t, 1 where that is 0 or of one value alone: slopes = ds/du = exp(−((z − σ/2)/σ)²/2)/(σ·√(2π))/v_th.
    /// </summary>
    /// <param name="membrane">u before the reset, at all T steps.</param>
    /// <param name="threshold">v_th: one float, or one a channel.</param>
    /// <param name="slopes">May be the membrane, where both are laid out alike.</param>
    void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples);

    /// <summary>
    /// <see cref="INeuronOperations.NeuronGradient"/> with ds/du given as slopes in place of a surrogate, and none of v_th. A static current
    /// gets the sum over its timesteps. Slopes or the spikes' gradient may be the current's, where shapes agree.
    /// </summary>
    void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples);
}
