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
        float momentum, Budget budget, DeviceBuffer output, int samples)
    {
        Images(new Call(nameof(MomentumAttackStep), samples), steps, samples, pixels, previous, gradient, origin, output);
        Inner.MomentumAttackStep(pixels, previous, gradient, origin, steps, momentum, budget, output, samples);
    }

    public void MarkWrong(DeviceBuffer logits, DeviceBuffer labels, int classes, DeviceBuffer wrong, DeviceBuffer? everWrong, int samples)
    {
        var call = new Call(nameof(MarkWrong), samples);
        call.Require(classes >= 1, $"classes expected 1 or more, found {classes}");
        call.Vector(nameof(logits), logits, (long)samples * classes);
        call.Vector(nameof(labels), labels, samples);
        call.Vector(nameof(wrong), wrong, samples);
        call.Vector(nameof(everWrong), everWrong, samples);
        call.Apart(nameof(logits), logits, nameof(wrong), wrong);
        Inner.MarkWrong(logits, labels, classes, wrong, everWrong, samples);
    }

    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        Images(new Call(nameof(SelectSamples), samples), selected, samples, source, target);
        Inner.SelectSamples(selected, source, target, samples);
    }

    public void InspectGradient(DeviceBuffer gradient, DeviceBuffer notFinite, DeviceBuffer? vanished, int samples)
    {
        var call = new Call(nameof(InspectGradient), samples);
        Images(call, notFinite, samples, gradient);
        call.Vector(nameof(vanished), vanished, samples);
        Inner.InspectGradient(gradient, notFinite, vanished, samples);
    }

    /// <summary>A figure a sample, and buffers of as many images each.</summary>
    private static void Images(Call call, DeviceBuffer bySample, int samples, params ReadOnlySpan<DeviceBuffer> images)
    {
        call.Vector("one a sample", bySample, samples);
        foreach (var image in images)
        {
            call.Vector("images", image, samples);
            call.Require(image.Length == images[0].Length, $"images expected buffers of one length, found {image.Length} and {images[0].Length}");
        }
    }
}
