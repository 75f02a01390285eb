using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Reference;

/// <summary>Convolution and linear layers; strides s, padding p, kernel position (k, l).</summary>
public sealed partial class ReferenceBackend
{
    public Connection Connect(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern = null) =>
        new ReferenceConnection(geometry, weights, pattern);

    /// <summary>y[t,b,o,r,q] = bias[o] + Σ over i,k,l of w[o,i,k,l]·x[t,b,i, r·s − p + k, q·s − p + l]</summary>
    public void Convolve(Connection connection, DeviceBuffer? bias, Activation input, Activation output, int samples)
    {
        var w = (ReferenceConnection)connection;
        var x = HostActivation.Reading(input, samples);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = Current(w, bias, x, at);
    }

    /// <summary>dx[t,b,i,r',q'] (+)= Σ over o,k,l of w[o,i,k,l]·dy[t,b,o,r,q] where r·s − p + k = r' and q·s − p + l = q'</summary>
    public void ConvolveInputGradient(Connection connection, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        var g = connection.Geometry;
        var w = (ReferenceConnection)connection;
        var dy = new HostActivation(outputGradient);
        var dx = Gradient(inputGradient, samples);
        foreach (var at in dx.Sites(samples))
        {
            var sum = 0.0;
            for (var k = 0; k < g.KernelRows; k++)
                for (var l = 0; l < g.KernelColumns; l++)
                {
                    if (OutputPosition(at.Row + g.Padding - k, g.StrideRows, g.OutputRows) is not { } row
                        || OutputPosition(at.Column + g.Padding - l, g.StrideColumns, g.OutputColumns) is not { } column)
                        continue;
                    for (var o = 0; o < g.Outputs; o++)
                        sum += (double)w[o, at.Channel, k, l] * dy[at.Step, at.Sample, o, row, column];
                }

            Put(ref dx[at], sum, accumulate);
        }
    }

    /// <summary>dw[o,i,k,l] += Σ over t,b,r,q of dy[t,b,o,r,q]·x[t,b,i, r·s − p + k, q·s − p + l]; dbias[o] += Σ over t,b,r,q of dy</summary>
    public void ConvolveWeightGradient(Connection connection, Activation input, Activation outputGradient, DeviceBuffer weightGradient,
        DeviceBuffer? biasGradient, int samples)
    {
        var g = connection.Geometry;
        var x = HostActivation.Reading(input, samples);
        var dy = new HostActivation(outputGradient);
        var dw = new double[g.WeightCount];
        var dbias = new double[g.Outputs];
        foreach (var at in dy.Sites(samples))
        {
            double gradient = dy[at];
            dbias[at.Channel] += gradient;
            for (var i = 0; i < g.Inputs; i++)
                for (var k = 0; k < g.KernelRows; k++)
                    for (var l = 0; l < g.KernelColumns; l++)
                    {
                        dw[ReferenceConnection.WeightIndex(g, at.Channel, i, k, l)] += gradient
                            * x[at.Step, at.Sample, i, at.Row * g.StrideRows - g.Padding + k, at.Column * g.StrideColumns - g.Padding + l];
                    }
        }

        Add(connection.Pattern is { } pattern ? [.. pattern.Existing.ToArray().Select(index => dw[index])] : dw, weightGradient);
        if (biasGradient is not null)
            Add(dbias, biasGradient);
    }

    /// <summary>One value of a convolution's output.</summary>
    private static float Current(ReferenceConnection w, DeviceBuffer? bias, HostActivation x, Site at)
    {
        var g = w.Geometry;
        double sum = bias is null ? 0 : HostBuffer.Of(bias)[at.Channel];
        for (var i = 0; i < g.Inputs; i++)
            for (var k = 0; k < g.KernelRows; k++)
                for (var l = 0; l < g.KernelColumns; l++)
                {
                    sum += (double)w[at.Channel, i, k, l]
                        * x[at.Step, at.Sample, i, at.Row * g.StrideRows - g.Padding + k, at.Column * g.StrideColumns - g.Padding + l];
                }

        return (float)sum;
    }

    /// <summary>The output position that a stride takes to <paramref name="strided"/>, if there is one.</summary>
    private static int? OutputPosition(int strided, int stride, int outputs) =>
        strided >= 0 && strided % stride == 0 && strided / stride < outputs ? strided / stride : null;

    /// <summary>target += sums</summary>
    private static void Add(double[] sums, DeviceBuffer target)
    {
        var y = HostBuffer.Of(target);
        for (var i = 0; i < sums.Length; i++)
            y[i] = (float)(y[i] + sums[i]);
    }
}
