namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>Σ x</summary>
    public double Sum(Activation values, int samples)
    {
        var x = HostActivation.Reading(values, samples);
        return x.Sites(samples).Sum(at => (double)x[at]);
    }

    /// <summary>x(k), with x(1) ≤ x(2) ≤ … ≤ x(n)</summary>
    /// <exception cref="ArgumentOutOfRangeException">k is not one of 1, …, n.</exception>
    public float KthSmallest(Activation values, long k, int samples)
    {
        var x = new HostActivation(values);
        var sorted = x.Sites(samples).Select(at => x[at]).OrderBy(float.IsNaN).ThenBy(value => value).ToArray();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, sorted.Length);
        return sorted[k - 1];
    }
}
