using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Pooling over windows of a map.</summary>
public interface IPoolingOperations
{
    /// <summary>Means of windows of size (input rows / output rows) × (input columns / output columns).</summary>
    void AveragePool(Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= outputGradient / window size, over each window.</summary>
    void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>
    /// Largest values of windows of size (input rows / output rows) × (input columns / output columns); NaN where one is. Of bits, the output
    /// may be bits too.
    /// </summary>
    void MaxPool(Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= outputGradient at the first of the largest values of each window, row by row; 0 elsewhere.</summary>
    /// <param name="input">What was pooled.</param>
    void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);
}
