using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Reference;

/// <summary>Max pooling over windows of n × n, m apart, from p positions before the edge on.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>y[t,b,c,r,q] = the largest x[t,b,c, r·m − p + k, q·m − p + l] of the map over k, l &lt; n; NaN where one is</summary>
    public void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples)
    {
        var x = new HostActivation(input);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = x[Largest(x, at, window)];
    }

    /// <summary>dx[t,b,c,r,q] (+)= Σ dy over the windows in which x[t,b,c,r,q] is the first of the largest, row by row</summary>
    public void OverlappingMaxPoolGradient(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var x = new HostActivation(input);
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        var sums = new Dictionary<Site, double>();
        foreach (var at in dy.Sites(samples))
        {
            var largest = Largest(x, at, window);
            sums[largest] = sums.GetValueOrDefault(largest) + dy[at];
        }

        foreach (var at in dx.Sites(samples))
            Put(ref dx[at], sums.GetValueOrDefault(at), accumulate);
    }

    /// <summary>Where the first of the largest values of a window is.</summary>
    private static Site Largest(HostActivation x, Site pooled, PoolWindow window)
    {
        Site? largest = null;
        for (var k = 0; k < window.Size; k++)
            for (var l = 0; l < window.Size; l++)
            {
                var at = pooled with { Row = pooled.Row * window.Stride - window.Padding + k, Column = pooled.Column * window.Stride - window.Padding + l };
                if (at.Row < 0 || at.Row >= x.Shape.Rows || at.Column < 0 || at.Column >= x.Shape.Columns)
                    continue;
                if (largest is not { } first || x[at] > x[first] || float.IsNaN(x[at]))
                    largest = at;
            }

        return largest!.Value;
    }
}
