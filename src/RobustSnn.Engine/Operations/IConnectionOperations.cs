using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Convolutions and linear layers, dense and pruned.</summary>
public interface IConnectionOperations
{
    /// <summary>
    /// Prepares weights (outputs, inputs, kernel rows, kernel columns) for the three operations below. They are read as they are when an
    /// operation is called: backends that keep them in another form compare <see cref="DeviceBuffer.Version"/>.
    /// </summary>
    /// <param name="geometry">What connects to what.</param>
    /// <param name="weights">All weights, or with a pattern the existing ones, in the same order; gradients of weights are laid out alike.</param>
    /// <param name="pattern">Which weights exist; null where all do.</param>
    Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null);

    /// <summary>output = weights ∗ input + bias.</summary>
    void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= weightsᵀ ∗ outputGradient, whose border is at least kernel − 1 − padding wide.</summary>
    void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>weightGradient += Σ over lanes and positions of outputGradient · input; biasGradient += Σ outputGradient.</summary>
    void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples);
}
