namespace RobustSnn.Engine.Reference;

/// <summary>Steps of an attack on pixels in [0, 1]. The per-sample buffer (steps, selected) has one float for each sample of the batch.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>output = P(x + steps[b]·sign(g)), P the projection into |x − origin| ≤ ε, then into [0, 1]</summary>
    public void SignStep(DeviceBuffer pixels, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps, float epsilon, DeviceBuffer output,
        int samples)
    {
        var length = SampleLength(pixels, steps);
        for (var i = 0; i < samples * length; i++)
            HostBuffer.Of(output)[i] = Project(SignStepped(HostBuffer.Of(pixels)[i], gradient, steps, i, length), origin, i, epsilon);
    }

    /// <summary>z = P(x + steps[b]·sign(g)); output = P(x + momentum·(z − x) + (1 − momentum)·(x − previous))</summary>
    public void MomentumSignStep(DeviceBuffer pixels, DeviceBuffer previous, DeviceBuffer gradient, DeviceBuffer origin, DeviceBuffer steps,
        float momentum, float epsilon, DeviceBuffer output, int samples)
    {
        var length = SampleLength(pixels, steps);
        for (var i = 0; i < samples * length; i++)
        {
            double x = HostBuffer.Of(pixels)[i];
            var z = Project(SignStepped(x, gradient, steps, i, length), origin, i, epsilon);
            var moved = x + momentum * (z - x) + (1.0 - momentum) * (x - HostBuffer.Of(previous)[i]);
            HostBuffer.Of(output)[i] = Project(moved, origin, i, epsilon);
        }
    }

    /// <summary>target[b] = source[b] where selected[b] ≠ 0</summary>
    public void SelectSamples(DeviceBuffer selected, DeviceBuffer source, DeviceBuffer target, int samples)
    {
        var length = SampleLength(source, selected);
        for (var sample = 0; sample < samples; sample++)
        {
            if (HostBuffer.Of(selected)[sample] != 0)
                Array.Copy(HostBuffer.Of(source), sample * length, HostBuffer.Of(target), sample * length, length);
        }
    }

    private static int SampleLength(DeviceBuffer values, DeviceBuffer perSample) => (int)(values.Length / perSample.Length);

    /// <summary>x + steps[b]·sign(g)</summary>
    private static double SignStepped(double x, DeviceBuffer gradient, DeviceBuffer steps, int i, int sampleLength) =>
        x + HostBuffer.Of(steps)[i / sampleLength] * Math.Sign(HostBuffer.Of(gradient)[i]);

    private static float Project(double x, DeviceBuffer origin, int i, float epsilon)
    {
        double centre = HostBuffer.Of(origin)[i];
        return (float)Math.Clamp(Math.Clamp(x, centre - epsilon, centre + epsilon), 0, 1);
    }
}
