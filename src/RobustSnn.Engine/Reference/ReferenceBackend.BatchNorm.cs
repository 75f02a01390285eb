using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>Batch normalisation; μ and σ² of a channel are over its n values: samples, timesteps and positions.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>μ[c] = Σ x/n; σ²[c] = Σ (x − μ[c])²/n</summary>
    public void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples)
    {
        var x = new HostActivation(input);
        var μ = new double[x.Shape.Channels];
        var squares = new double[x.Shape.Channels];
        var n = ValuesOfAChannel(x, samples);
        foreach (var at in x.Sites(samples))
            μ[at.Channel] += x[at] / n;
        foreach (var at in x.Sites(samples))
            squares[at.Channel] += (x[at] - μ[at.Channel]) * (x[at] - μ[at.Channel]);
        for (var channel = 0; channel < x.Shape.Channels; channel++)
        {
            HostBuffer.Of(mean)[channel] = (float)μ[channel];
            HostBuffer.Of(variance)[channel] = (float)(squares[channel] / n);
        }
    }

    /// <summary>y = scale[c]·(x − μ[c])/√(σ²[c] + eps) + shift[c]</summary>
    public void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples)
    {
        var x = new HostActivation(input);
        var γ = HostBuffer.Of(scale);
        var β = HostBuffer.Of(shift);
        var μ = HostBuffer.Of(mean);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = (float)(γ[at.Channel] * ((double)x[at] - μ[at.Channel]) / Deviation(variance, epsilon, at.Channel) + β[at.Channel]);
    }

    /// <summary>dx (+)= scale[c]/√(σ²[c] + eps)·dy</summary>
    public void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon,
        Activation inputGradient, bool accumulate, int samples)
    {
        var dy = new HostActivation(outputGradient);
        var γ = HostBuffer.Of(scale);
        var dx = Gradient(inputGradient, samples);
        foreach (var at in dx.Sites(samples))
            Put(ref dx[at], γ[at.Channel] / Deviation(variance, epsilon, at.Channel) * dy[at], accumulate);
    }

    /// <summary>
    /// With x̂ = (x − μ[c])/√(σ²[c] + eps): dshift[c] += Σ dy; dscale[c] += Σ dy·x̂;
    /// dx (+)= scale[c]/√(σ²[c] + eps)·(dy − Σ dy/n − x̂·Σ(dy·x̂)/n)
    /// </summary>
    public void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples)
    {
        var x = new HostActivation(input);
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        var γ = HostBuffer.Of(scale);
        var μ = HostBuffer.Of(mean);
        var n = ValuesOfAChannel(x, samples);
        double Normalised(Site at) => ((double)x[at] - μ[at.Channel]) / Deviation(variance, epsilon, at.Channel);

        var dscale = new double[x.Shape.Channels];
        var dshift = new double[x.Shape.Channels];
        foreach (var at in x.Sites(samples))
        {
            dscale[at.Channel] += dy[at] * Normalised(at);
            dshift[at.Channel] += dy[at];
        }

        foreach (var at in x.Sites(samples))
        {
            var c = at.Channel;
            Put(ref dx[at], γ[c] / Deviation(variance, epsilon, c) * (dy[at] - dshift[c] / n - Normalised(at) * dscale[c] / n), accumulate);
        }

        Add(dscale, scaleGradient);
        Add(dshift, shiftGradient);
    }

    private static double Deviation(DeviceBuffer variance, float epsilon, int channel) =>
        Math.Sqrt((double)HostBuffer.Of(variance)[channel] + epsilon);

    private static double ValuesOfAChannel(HostActivation x, int samples) => (double)x.Steps * samples * x.Shape.Rows * x.Shape.Columns;
}
