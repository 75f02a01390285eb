using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>Σ x</summary>
    public void Sum(Activation values, DeviceBuffer target, int index, int samples)
    {
        var x = HostActivation.Reading(values, samples);
        HostBuffer.DoublesOf(target)[index] = x.Sites(samples).Sum(at => (double)x[at]);
    }

    /// <summary>x(k), with x(1) ≤ x(2) ≤ … ≤ x(n)</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is not one of 1, …, n.</exception>
    public void KthSmallest(Activation values, long k, DeviceBuffer target, int index, int samples)
    {
        var x = new HostActivation(values);
        var sorted = x.Sites(samples).Select(at => x[at]).OrderBy(float.IsNaN).ThenBy(value => value).ToArray();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, sorted.Length);
        HostBuffer.Of(target)[index] = sorted[k - 1];
    }
}
