using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Reference;

/// <summary>Average and max pooling over windows of m × n, and the readout: pooling over time.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>y[t,b,c,r,q] = Σ over k &lt; m, l &lt; n of x[t,b,c, r·m + k, q·n + l] / (m·n)</summary>
    public void AveragePool(Activation input, Activation output, int samples)
    {
        var x = HostActivation.Reading(input, samples);
        var y = new HostActivation(output);
        var (m, n) = Window(x.Shape, y.Shape);
        foreach (var at in y.Sites(samples))
        {
            var sum = 0.0;
            for (var k = 0; k < m; k++)
                for (var l = 0; l < n; l++)
                    sum += x[at with { Row = at.Row * m + k, Column = at.Column * n + l }];
            y[at] = (float)(sum / (m * n));
        }
    }

    /// <summary>dx[t,b,c,r,q] (+)= dy[t,b,c, ⌊r/m⌋, ⌊q/n⌋] / (m·n)</summary>
    public void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        var (m, n) = Window(dx.Shape, dy.Shape);
        foreach (var at in dx.Sites(samples))
            Put(ref dx[at], (double)dy[at with { Row = at.Row / m, Column = at.Column / n }] / (m * n), accumulate);
    }

    /// <summary>y[t,b,c,r,q] = the largest x[t,b,c, r·m + k, q·n + l] over k &lt; m, l &lt; n; NaN where one is</summary>
    public void MaxPool(Activation input, Activation output, int samples)
    {
        if (output.Shape.IsBits && !input.Shape.IsBits)
        {
            throw new ArgumentException("the largest of floats are floats, this output is bits", nameof(output));
        }

        if (output.Shape.IsBits)
        {
            var floats = HostActivation.Zero(output.Shape);
            MaxPool(input, floats, samples);
            Pack(floats, output, samples);
            return;
        }

        var x = HostActivation.Reading(input, samples);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = x[Largest(x, at, Window(x.Shape, y.Shape))];
    }

    /// <summary>dx[t,b,c,r,q] (+)= dy[t,b,c, ⌊r/m⌋, ⌊q/n⌋] where x[t,b,c,r,q] is the first of the largest of its window, row by row; else 0</summary>
    public void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var x = HostActivation.Reading(input, samples);
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        var window = Window(dx.Shape, dy.Shape);
        foreach (var at in dx.Sites(samples))
        {
            var pooled = at with { Row = at.Row / window.Rows, Column = at.Column / window.Columns };
            Put(ref dx[at], Largest(x, pooled, window) == at ? dy[pooled] : 0, accumulate);
        }
    }

    /// <summary>logits[b,c] = Σ over t of scores[t,b,c] / T</summary>
    public void Readout(Activation scores, DeviceBuffer logits, int samples)
    {
        var x = new HostActivation(scores);
        var y = HostBuffer.Of(logits);
        foreach (var at in x.Neurons(samples))
            y[at.Sample * x.Shape.Channels + at.Channel] = (float)(Enumerable.Range(0, x.Steps).Sum(t => (double)x[at with { Step = t }]) / x.Steps);
    }

    /// <summary>dscores[t,b,c] = dlogits[b,c] / T</summary>
    public void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples)
    {
        var dy = HostBuffer.Of(logitGradient);
        var dx = Gradient(scoreGradient, samples);
        foreach (var at in dx.Sites(samples))
            dx[at] = (float)((double)dy[at.Sample * dx.Shape.Channels + at.Channel] / dx.Steps);
    }

    /// <summary>Where the first of the largest values of a window is.</summary>
    private static Site Largest(HostActivation x, Site pooled, (int Rows, int Columns) window)
    {
        var largest = pooled with { Row = pooled.Row * window.Rows, Column = pooled.Column * window.Columns };
        var top = largest;
        for (var k = 0; k < window.Rows; k++)
            for (var l = 0; l < window.Columns; l++)
            {
                var at = top with { Row = top.Row + k, Column = top.Column + l };
                if (x[at] > x[largest] || (float.IsNaN(x[at]) && at != largest))
                    largest = at;
            }

        return largest;
    }

    private static (int Rows, int Columns) Window(ActivationShape input, ActivationShape output) =>
        (input.Rows / output.Rows, input.Columns / output.Columns);
}
