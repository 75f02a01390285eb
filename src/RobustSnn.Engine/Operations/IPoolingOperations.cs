using RobustSnn.Engine.Layout;
using RobustSnn.Model;

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

    /// <summary>Largest values of windows that may overlap and reach beyond the edge, where nothing is; NaN where one is.</summary>
    /// <param name="output">Of as many rows and columns as there are windows.</param>
    void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples);

    /// <summary>
    /// inputGradient (+)= the sum of outputGradient over the windows in which a value is the first of the largest, row by row; 0 where it is in
    /// none.
    /// </summary>
    /// <param name="input">What was pooled.</param>
    void OverlappingMaxPoolGradient(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);
}
