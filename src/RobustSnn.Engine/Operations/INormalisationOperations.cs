using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Batch normalisation.</summary>
public interface INormalisationOperations
{
    /// <summary>Mean and biased variance of each channel over samples, timesteps and positions.</summary>
    void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples);

    /// <summary>output = scale·(input − mean)/√(variance + eps) + shift. In place.</summary>
    void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples);

    /// <summary>Gradient where mean and variance are constants (evaluation): inputGradient (+)= scale/√(variance + eps)·outputGradient. In place.</summary>
    void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon,
        Activation inputGradient, bool accumulate, int samples);

    /// <summary>Gradient where mean and variance are those of <paramref name="input"/>'s batch (training). In place in the gradients.</summary>
    void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples);
}
