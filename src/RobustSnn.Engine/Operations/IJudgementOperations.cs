using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>
/// What is found out about samples and what follows from it. A mark is a float a sample: 0, or 1 for yes. Marks stay on the device; how many
/// samples are left is for their owner to download, when that has to be known.
/// </summary>
public interface IJudgementOperations
{
    /// <summary>
    /// wrong[i] = 1 where logits (sample, class) do not say the label: where the largest, the first of equals, is another's, or one of them is
    /// no finite number; else 0. everWrong[i] becomes 1 where wrong[i] is, and stays what it was elsewhere.
    /// </summary>
    /// <param name="labels">Class of each sample, as a float.</param>
    void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples);

    /// <summary>
    /// What a sample's gradient or logits are good for: notFinite[i] becomes 1 where one of sample i's values is no finite number, and stays
    /// what it was elsewhere; vanished[i] is set to 1 where all are 0, else to 0.
    /// </summary>
    void InspectSamples(DeviceBuffer values, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples);

    /// <summary>
    /// outside[i] = 1 where an image has a value that is not in [0, 1], or is not in the ball round its origin; else 0. At the ball's edge each
    /// value may be off by the tolerance: in L∞ it is added to the radius, in L2 the tolerance times √(values of an image).
    /// </summary>
    void MarkOutside(DeviceBuffer images, DeviceBuffer origin, Budget budget, float tolerance, DeviceBuffer outside, int samples);

    /// <summary>Copies sample i from source to target where selected[i] ≠ 0.</summary>
    void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples);

    /// <summary>
    /// Moves the samples whose mark is 0 to the front of a buffer, in their order; the places behind them keep what they held. Of any type.
    /// </summary>
    void DropSamples(DeviceBuffer dropped, DeviceBuffer values, int samples);

    /// <summary>The same of an activation that is floats: a sample moves with its values at every step, channel and position.</summary>
    void DropSamples(DeviceBuffer dropped, Activation values, int samples);

    /// <summary>Sets all values of the marked samples, at every step, channel and position. The activation is floats.</summary>
    void FillSamples(Activation values, DeviceBuffer marked, float value, int samples);
}
