using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Steps of attacks on images (sample, channel, row, column), each sample by itself. Buffers of images are equally long.</summary>
public interface IAttackOperations
{
    /// <summary>
    /// output = clip01(project(pixels + steps[i]·direction)) into the ball round origin. The direction of L∞ is sign(gradient), with
    /// sign(±0) = sign(NaN) = 0; of L2 it is gradient/‖gradient‖₂ of the sample, 0 where that norm is 0 or no number. In place.
    /// </summary>
    /// <param name="steps">Length of each sample's step.</param>
    void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget, DeviceBuffer output,
        int samples);

    /// <summary>
    /// APGD's step: z = AttackStep(pixels); output = clip01(project(pixels + momentum·(z − pixels) + (1 − momentum)·(pixels − previous))).
    /// </summary>
    void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, Budget budget, DeviceBuffer output, int samples);

    /// <summary>
    /// wrong[i] = 1 where logits (sample, class) do not say the label: where the largest, the first of equals, is another's, or one of them is
    /// no finite number; else 0. everWrong[i] becomes 1 where wrong[i] is, and stays what it was elsewhere.
    /// </summary>
    /// <param name="labels">Class of each sample, as a float.</param>
    void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples);

    /// <summary>Copies sample i from source to target where selected[i] ≠ 0.</summary>
    void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples);

    /// <summary>
    /// What a gradient is good for: notFinite[i] becomes 1 where one of sample i's values is no finite number, and stays what it was elsewhere;
    /// vanished[i] is set to 1 where all are 0, else to 0.
    /// </summary>
    void InspectGradient(DeviceBuffer gradient, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples);
}
