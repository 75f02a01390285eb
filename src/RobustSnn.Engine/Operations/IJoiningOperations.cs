using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>The learned weighted sum of two values (METHODS 2).</summary>
public interface IJoiningOperations
{
    /// <summary>output = coefficients[0]·first + coefficients[1]·second; either may be static while output has T steps.</summary>
    void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples);

    /// <summary>inputGradient (+)= coefficients[index]·outputGradient (summed over steps for a static input). In place where shapes agree.</summary>
    void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples);

    /// <summary>coefficientGradient[index] += Σ input · outputGradient; the input may be static.</summary>
    void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index, int samples);
}
