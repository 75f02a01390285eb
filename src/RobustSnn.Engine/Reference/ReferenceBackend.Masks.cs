using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

public sealed partial class ReferenceBackend
{
    /// <summary>y[i] = x[i] where i is among the first k of the order by |score|, falling, and index; else 0</summary>
    public void KeepLargest(DeviceBuffer scores, DeviceBuffer values, long kept, DeviceBuffer target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, scores.Length);
        var s = HostBuffer.Of(scores);
        var x = HostBuffer.Of(values);
        var y = HostBuffer.Changing(target);
        var order = Enumerable.Range(0, s.Length).OrderByDescending(i => float.IsNaN(s[i]) ? double.PositiveInfinity : Math.Abs((double)s[i]))
            .ThenByDescending(i => float.IsNaN(s[i])).Take((int)kept).ToHashSet();
        for (var i = 0; i < s.Length; i++)
            y[i] = order.Contains(i) ? x[i] : 0;
    }

    /// <summary>z += x·y</summary>
    public void MultiplyAdd(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target)
    {
        var x = HostBuffer.Of(first);
        var y = HostBuffer.Of(second);
        var z = HostBuffer.Changing(target);
        for (var i = 0; i < z.Length; i++)
            z[i] = (float)(z[i] + (double)x[i] * y[i]);
    }

    /// <summary>Σ x·y</summary>
    public void InnerProduct(DeviceBuffer first, DeviceBuffer second, DeviceBuffer target, int index)
    {
        var x = HostBuffer.Of(first);
        var y = HostBuffer.Of(second);
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        HostBuffer.DoublesOf(target)[index] = sum;
    }
}
