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
    /// APGD's start in L∞, in place: draws = radius·t/max|t|, t = 2·draws − 1, the maximum over each image; 0 where t is 0 everywhere.
    /// </summary>
    /// <param name="draws">Images of numbers from [0, 1).</param>
    /// <param name="perSample">A buffer of one float a sample of the batch: only its length is read.</param>
    void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples);

    /// <summary>
    /// distances[i] = radius·draws[i]^(1/dimensions): how far from the centre of an L2 ball points are that lie anywhere in it alike.
    /// </summary>
    /// <param name="draws">A number from [0, 1) a sample.</param>
    void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples);
}
