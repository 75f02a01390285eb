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
    /// APGD's step: z = AttackStep(pixels);
    /// output = clip01(project(pixels + momenta[i]·(z − pixels) + (1 − momenta[i])·(pixels − previous))).
    /// </summary>
    /// <param name="steps">Length of each sample's step.</param>
    /// <param name="momenta">One float a sample: 1 for the first step of its run, which has none before it.</param>
    void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples);

    /// <summary>
    /// SA-PGD's step in L∞ (METHODS 10): with means over each image, mean = 0.5·mean + g/mean|g|; square = 0.8·square + g²/mean(g²);
    /// output = clip01(project(pixels + clip(η·mean/(√square + 1e-12), −η, η))), η = steps[i]. A gradient that is 0 everywhere, or of which
    /// a value is no finite number, adds 0 to both. In place.
    /// </summary>
    /// <param name="mean">Images, 0 at the start of a sample's run; changed. So is the square.</param>
    /// <param name="radius">Of the ball round the origin.</param>
    void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean,
        DeviceBuffer square, float radius, DeviceBuffer output, int samples);

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
