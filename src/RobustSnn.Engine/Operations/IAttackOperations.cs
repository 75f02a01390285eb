namespace RobustSnn.Engine;

/// <summary>Steps of attacks on pixels (sample, channel, row, column).</summary>
public interface IAttackOperations
{
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
}
