using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Checked;

/// <summary>Steps of attacks.</summary>
public sealed partial class CheckedBackend
{
    public void AttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, Budget budget,
        DeviceBuffer output, int samples)
    {
        Images(new Call(nameof(AttackStep), samples), steps, samples, pixels, gradient, origin, output);
        Inner.AttackStep(pixels, gradient, origin, steps, budget, output, samples);
    }

    public void MomentumAttackStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        DeviceBuffer momenta, Budget budget, DeviceBuffer output, int samples)
    {
        var call = new Call(nameof(MomentumAttackStep), samples);
        Images(call, steps, samples, pixels, previous, gradient, origin, output);
        call.Vector(nameof(momenta), momenta, samples);
        call.Apart(nameof(momenta), momenta, nameof(output), output);
        Inner.MomentumAttackStep(pixels, previous, gradient, origin, steps, momenta, budget, output, samples);
    }

    public void NormalisedAttackStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, DeviceBuffer mean,
        DeviceBuffer square, float radius, DeviceBuffer output, int samples)
    {
        var call = new Call(nameof(NormalisedAttackStep), samples);
        Images(call, steps, samples, pixels, gradient, origin, mean, square, output);
        call.Require(radius >= 0, $"radius expected 0 or more, found {radius}");
        foreach (var (name, remembered) in new[] { (nameof(mean), mean), (nameof(square), square) })
        {
            call.Apart(nameof(pixels), pixels, name, remembered);
            call.Apart(nameof(gradient), gradient, name, remembered);
            call.Apart(nameof(origin), origin, name, remembered);
            call.Apart(nameof(output), output, name, remembered);
        }

        call.Apart(nameof(mean), mean, nameof(square), square);
        call.Apart(nameof(gradient), gradient, nameof(output), output);
        call.Apart(nameof(origin), origin, nameof(output), output);
        Inner.NormalisedAttackStep(pixels, gradient, origin, steps, mean, square, radius, output, samples);
    }

    public void StretchDraws(DeviceBuffer draws, DeviceBuffer perSample, float radius, int samples)
    {
        Images(new Call(nameof(StretchDraws), samples), perSample, samples, draws);
        Inner.StretchDraws(draws, perSample, radius, samples);
    }

    public void BallDistances(DeviceBuffer draws, float radius, long dimensions, DeviceBuffer distances, int samples)
    {
        var call = new Call(nameof(BallDistances), samples);
        call.Require(dimensions >= 1, $"dimensions expected 1 or more, found {dimensions}");
        call.Vector(nameof(draws), draws, samples);
        call.Vector(nameof(distances), distances, samples);
        Inner.BallDistances(draws, radius, dimensions, distances, samples);
    }

    /// <summary>A figure a sample, and buffers of as many images each.</summary>
    private static void Images(Call call, DeviceBuffer bySample, int samples, params ReadOnlySpan<DeviceBuffer> images)
    {
        call.Vector("one a sample", bySample, samples);
        foreach (var image in images)
        {
            call.Vector("images", image, samples);
            call.Require(image.Length == images[0].Length, $"images expected buffers of one length, found {image.Length} and {images[0].Length}");
            call.Require(image.Length % bySample.Length == 0, $"images expected a multiple of {bySample.Length} elements, found {image.Length}");
        }
    }
}
