using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Figures over a whole activation. They stay on the device until somebody downloads them.</summary>
public interface IReductionOperations
{
    /// <summary>target[index] = the sum over the samples in use, in an order that does not depend on the number of threads.</summary>
    /// <param name="target">Of <see cref="ElementType.Float64"/>.</param>
    void Sum(Activation values, DeviceBuffer target, int index, int samples);

    /// <summary>target[index] = the k-th smallest value (k from 1) over steps, samples, positions and channels, exactly; NaN is above all.</summary>
    void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples);
}
