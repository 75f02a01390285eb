using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>From scores at every timestep to logits, and their losses.</summary>
public interface ILogitOperations
{
    /// <summary>logits (sample, class) = mean over timesteps of a 1 × 1 activation.</summary>
    void Readout(Activation scores, DeviceBuffer logits, int samples);

    /// <summary>scoreGradient = logitGradient / T at every timestep, and 0 in lanes that are not in use.</summary>
    void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples);

    /// <summary>
    /// losses[i] = loss of sample i (unscaled); gradient += scale·d losses[i]/d logits[i], and likewise into the reference's gradient.
    /// </summary>
    /// <param name="reference">Reference logits, for the losses that have them.</param>
    /// <param name="labels">Class of each sample, as a float.</param>
    /// <param name="targets">Target class of each sample, as a float, for the losses that have one.</param>
    void LogitLoss(LogitLoss loss, DeviceBuffer logits, DeviceBuffer? reference, DeviceBuffer labels, int classes, float scale,
        DeviceBuffer losses, DeviceBuffer? gradient, DeviceBuffer? referenceGradient, int samples, DeviceBuffer? targets = null);
}
