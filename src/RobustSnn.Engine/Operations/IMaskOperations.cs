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
}
