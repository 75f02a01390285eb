using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>
/// A convolution or linear layer of a folded network as it reads whole numbers: what its inputs are divided by, and the images' mean and deviation,
/// are in its weights and bias.
/// </summary>
/// <param name="Weights">The existing ones, in the order of the pattern.</param>
/// <param name="Bias">One an output channel.</param>
internal sealed record RealLayer(ConvolutionGeometry Geometry, SparsityPattern? Pattern, double[] Weights, double[] Bias)
{
    /// <summary>Weights of an output channel, existing or not; those that exist follow one another.</summary>
    public int Fan => Geometry.Inputs * Geometry.Taps;

    public int IndexOf(int weight) => Pattern?.Existing[weight] ?? weight;

    /// <param name="input">What it reads.</param>
    /// <param name="centres">Of the pixels.</param>
    public static RealLayer Of(SpikingModel folded, int node, NodeValue input, int[] centres)
    {
        var name = folded.Network.Nodes[node].Name;
        var weight = folded.Parameters[name + ".weight"];
        var geometry = folded.Geometry(node);
        var bias = folded.Parameters.Contains(name + ".bias") ? folded.Parameters[name + ".bias"].Value.ToArray() : new float[geometry.Outputs];
        var layer = new RealLayer(geometry, weight.Pattern, [.. weight.Value.ToArray()], [.. bias]);
        if (input.Kind == ValueKind.Pixels)
        {
            layer.TakeInNormalisation((Operation.Normalise)folded.Network.Nodes.Head.Operation, centres);
        }
        else
        {
            layer.TakeInDivision(input.Window);
        }

        return layer;
    }

    /// <summary>Between what its currents lie, one a channel.</summary>
    /// <param name="inputs">Between what the numbers that it reads lie, one an input channel; beyond the edge they are 0.</param>
    public RealRange[] Ranges(IReadOnlyList<SumRange> inputs)
    {
        RealRange[] ranges = [.. Bias.Select(bias => new RealRange(bias, bias))];
        for (var i = 0; i < Weights.Length; i++)
        {
            var (output, rest) = Math.DivRem(IndexOf(i), Fan);
            var input = inputs[rest / Geometry.Taps].WithZero;
            ranges[output] += Weights[i] * new RealRange(input.Low, input.High);
        }

        return ranges;
    }

    /// <summary>
    /// w · (pixel/255 − mean) / deviation is w / (255 · deviation) · (pixel − centre), and, the same for every pixel, w · (centre/255 − mean) / deviation.
    /// Where a border's zero stands for the mean, pixel − centre is 0: what the centre is off, half a grey level at most, is then taken in too often.
    /// </summary>
    private void TakeInNormalisation(Operation.Normalise normalise, int[] centres)
    {
        double[] mean = [.. normalise.mean];
        double[] deviation = [.. normalise.deviation];
        for (var i = 0; i < Weights.Length; i++)
        {
            var (output, rest) = Math.DivRem(IndexOf(i), Fan);
            var channel = rest / Geometry.Taps;
            Bias[output] += Weights[i] * ((double)centres[channel] / byte.MaxValue - mean[channel]) / deviation[channel];
            Weights[i] /= byte.MaxValue * deviation[channel];
        }
    }

    private void TakeInDivision(int window)
    {
        for (var i = 0; i < Weights.Length; i++)
        {
            Weights[i] /= window;
        }
    }
}
