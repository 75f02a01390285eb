using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Between pixels and the activations of a network's first node.</summary>
public interface IImageOperations
{
    /// <summary>(pixel − mean) / deviation, from pixels (sample, channel, row, column) to a static activation.</summary>
    /// <param name="mean">One a channel.</param>
    /// <param name="deviation">One a channel.</param>
    void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples);

    /// <summary>pixelGradient = outputGradient / deviation, back in the order of pixels.</summary>
    void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples);
}
