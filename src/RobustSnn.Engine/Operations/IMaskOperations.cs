using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Weights of which scores say how many count (METHODS 5).</summary>
public interface IMaskOperations
{
    /// <summary>
    /// target[i] = values[i] where |scores[i]| is among the <paramref name="kept"/> largest, else 0. Of equals the first are kept, so that
    /// their number is exact; NaN is above all.
    /// </summary>
    void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target);

    /// <summary>target += first·second, element by element.</summary>
    void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target);

    /// <summary>target[index] = Σ first·second over all elements, in double: a figure that stays on the device until somebody downloads it.</summary>
    /// <param name="target">Of <see cref="ElementType.Float64"/>.</param>
    void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index);
}
