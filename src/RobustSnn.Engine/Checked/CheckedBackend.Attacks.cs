namespace RobustSnn.Engine;

/// <summary>Steps of attacks.</summary>
public sealed partial class CheckedBackend
{
    public void SignStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, float epsilon, DeviceBuffer output,
        int samples)
    {
        Images(new Call(nameof(SignStep), samples), steps, samples, pixels, gradient, origin, output);
        Inner.SignStep(pixels, gradient, origin, steps, epsilon, output, samples);
    }

    public void MomentumSignStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, float epsilon, DeviceBuffer output, int samples)
    {
        Images(new Call(nameof(MomentumSignStep), samples), steps, samples, pixels, previous, gradient, origin, output);
        Inner.MomentumSignStep(pixels, previous, gradient, origin, steps, momentum, epsilon, output, samples);
    }

    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        Images(new Call(nameof(SelectSamples), samples), selected, samples, source, target);
        Inner.SelectSamples(selected, source, target, samples);
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
