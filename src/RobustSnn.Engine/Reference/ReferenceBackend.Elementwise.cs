using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>Operations on whole buffers, and ReLU.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>target = value</summary>
    public void Fill(DeviceBuffer target, float value) => Array.Fill(HostBuffer.Changing(target), value);

    /// <summary>target[i] = source[i], i &lt; count</summary>
    public void Copy(DeviceBuffer source, DeviceBuffer target, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Type, target.Type);
        target.MarkChanged();
        HostBuffer.BytesOf(source)[..(int)DeviceBuffer.SizeInBytes(count, source.Type)].CopyTo(HostBuffer.BytesOf(target));
    }

    /// <summary>target = keep·target + scale·source</summary>
    public void Blend(DeviceBuffer target, float keep, float scale, DeviceBuffer source)
    {
        var x = HostBuffer.Of(source);
        var y = HostBuffer.Changing(target);
        for (var i = 0; i < y.Length; i++)
            y[i] = (float)((double)keep * y[i] + (double)scale * x[i]);
    }

    /// <summary>target = max(target, minimum)</summary>
    public void ClampBelow(DeviceBuffer target, float minimum)
    {
        var y = HostBuffer.Changing(target);
        for (var i = 0; i < y.Length; i++)
            y[i] = Math.Max(y[i], minimum);
    }

    /// <summary>y = max(x, 0)</summary>
    public void Relu(Activation input, Activation output, int samples)
    {
        var x = new HostActivation(input);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = Math.Max(x[at], 0);
    }

    /// <summary>dx (+)= [y > 0]·dy</summary>
    public void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var y = new HostActivation(output);
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        foreach (var at in dx.Sites(samples))
            Put(ref dx[at], y[at] > 0 ? dy[at] : 0, accumulate);
    }
}
