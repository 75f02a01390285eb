using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Operations;

/// <summary>What is done to each value alone.</summary>
public interface IElementwiseOperations
{
    /// <summary>output = max(input, 0). In place.</summary>
    void Relu(Activation input, Activation output, int samples);

    /// <summary>inputGradient (+)= outputGradient where output &gt; 0. In place in the gradients.</summary>
    void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples);

    /// <summary>Spikes that are bits, as floats.</summary>
    void Unpack(Activation spikes, Activation output, int samples);

    /// <summary>Keeps each value with probability 1 − rate and divides it by that. The same key gives the same mask: its own gradient. In place only.</summary>
    /// <remarks>
    /// Draw number step·Count + (channel·Rows + row)·Columns + column of the stream <c>key.Derive(numbers[sample])</c>, uniform, kept where ≥ rate.
    /// </remarks>
    /// <param name="numbers">Each sample's number in its data set, <see cref="ElementType.Int32"/>.</param>
    void Dropout(Activation values, float rate, RandomKey key, DeviceBuffer numbers, int samples);
}
