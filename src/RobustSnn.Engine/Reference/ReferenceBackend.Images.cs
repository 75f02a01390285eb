using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>From pixels (sample, channel, row, column) to the first activation and back.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>y[b,c,r,q] = (pixels[b,c,r,q] − mean[c]) / deviation[c]</summary>
    public void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples)
    {
        var x = HostBuffer.Of(pixels);
        var μ = HostBuffer.Of(mean);
        var σ = HostBuffer.Of(deviation);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = (float)(((double)x[PixelIndex(y.Shape, at)] - μ[at.Channel]) / σ[at.Channel]);
    }

    /// <summary>dpixels[b,c,r,q] = dy[b,c,r,q] / deviation[c]</summary>
    public void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples)
    {
        var dy = new HostActivation(outputGradient);
        var σ = HostBuffer.Of(deviation);
        var dx = HostBuffer.Of(pixelGradient);
        foreach (var at in dy.Sites(samples))
            dx[PixelIndex(dy.Shape, at)] = (float)((double)dy[at] / σ[at.Channel]);
    }

    private static int PixelIndex(ActivationShape shape, Site at) =>
        ((at.Sample * shape.Channels + at.Channel) * shape.Rows + at.Row) * shape.Columns + at.Column;
}
