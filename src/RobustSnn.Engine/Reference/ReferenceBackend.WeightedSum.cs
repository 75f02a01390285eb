using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>The learned sum of shortcut and residual. A static input stands at every timestep of the output.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>y = a[0]·first + a[1]·second</summary>
    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples)
    {
        var x0 = HostActivation.Reading(first, samples);
        var x1 = HostActivation.Reading(second, samples);
        var a = HostBuffer.Of(coefficients);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = (float)((double)a[0] * x0[at] + (double)a[1] * x1[at]);
    }

    /// <summary>dx (+)= a[index]·dy, or a[index]·Σ over t of dy[t]</summary>
    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples)
    {
        var dy = new HostActivation(outputGradient);
        double a = HostBuffer.Of(coefficients)[index];
        var dx = Gradient(inputGradient, samples);
        foreach (var at in dx.Sites(samples))
            Put(ref dx[at], a * dy.SumFor(dx, at), accumulate);
    }

    /// <summary>da[index] += Σ over t and sites of x·dy</summary>
    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index, int samples)
    {
        var x = HostActivation.Reading(input, samples);
        var dy = new HostActivation(outputGradient);
        var da = dy.Sites(samples).Sum(at => (double)x[at] * dy[at]);
        Put(ref HostBuffer.Of(coefficientGradient)[index], da, accumulate: true);
    }
}
