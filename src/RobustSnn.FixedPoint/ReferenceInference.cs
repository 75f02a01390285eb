using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>
/// What a network in integers is, computed as it is written down: one image at a time, timestep by timestep, in 64 bits. Slow; every faster way gives the
/// same.
/// </summary>
/// <remarks>Values of a node are numbered (channel, row, column).</remarks>
public sealed class ReferenceInference(FixedPointNetwork network)
{
    /// <summary>What a node gave, timestep by timestep: [timestep][channel, row, column]; of a static value, one.</summary>
    public IReadOnlyList<long[]> Value(int node) => values[node];

    private readonly List<long[]>[] values = new List<long[]>[network.Shapes.Count];

    /// <summary>Computes an image; afterwards <see cref="Value"/> is what each node gave.</summary>
    /// <param name="image">(channel, row, column) in [0, 1].</param>
    /// <returns>The logits.</returns>
    /// <exception cref="ArgumentException">It is no image of the network's size.</exception>
    public float[] Run(ReadOnlySpan<float> image)
    {
        if (image.Length != network.Network.Input.Count)
        {
            throw new ArgumentException($"expected an image of {network.Network.Input.Count} floats, found {image.Length}", nameof(image));
        }

        for (var node = 0; node < values.Length; node++)
        {
            values[node] = Compute(node, image);
        }

        var logits = new float[network.Network.Classes];
        var last = values.Length - 1;
        var steps = values[last].Count;
        for (var label = 0; label < logits.Length; label++)
        {
            logits[label] = Logit.Of(values[last].Sum(step => step[label]), steps, network.Exponents(last)[label]);
        }

        return logits;
    }

    private List<long[]> Compute(int node, ReadOnlySpan<float> image)
    {
        var operation = network.Network.Nodes[node].Operation;
        if (operation.IsNormalise)
        {
            return [Pixels(image)];
        }

        int[] inputs = [.. network.Network.Nodes[node].Inputs];
        if (operation.IsNeuron)
        {
            return Fire(node, values[inputs[0]]);
        }

        var steps = inputs.Max(input => values[input].Count);
        return [.. Enumerable.Range(0, steps).Select(step => Step(node, inputs, step))];
    }

    private long[] Step(int node, int[] inputs, int step)
    {
        var x = At(inputs[0], step);
        return network.Network.Nodes[node].Operation switch
        {
            Operation.Convolution or Operation.Linear => Connect(node, x),
            { IsWeightedSum: true } or { IsSum: true } => Add(node, x, At(inputs[1], step)),
            { IsBatchNorm: true } => x, // it is in the neurons behind it
            var other => Windows.Take(other, network.Shapes[inputs[0]], network.Shapes[node], x),
        };
    }

    private long[] At(int node, int step) => values[node][values[node].Count == 1 ? 0 : step];

    private long[] Pixels(ReadOnlySpan<float> image)
    {
        var pixels = new long[image.Length];
        var map = image.Length / network.Centres.Count;
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Pixel.Of(image[i]) - network.Centres[i / map];
        }

        return pixels;
    }

    private long[] Connect(int node, long[] x)
    {
        var layer = network.Weights[node];
        var g = network.Geometry(node);
        var positions = g.OutputRows * g.OutputColumns;
        var y = new long[g.Outputs * positions];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = layer.Bias[i / positions];
        }

        for (var i = 0; i < layer.Values.Length; i++)
        {
            var (output, rest) = Math.DivRem(layer.Pattern?.Existing[i] ?? i, g.Inputs * g.Taps);
            var (input, tap) = Math.DivRem(rest, g.Taps);
            var (kernelRow, kernelColumn) = Math.DivRem(tap, g.KernelColumns);
            for (var position = 0; position < positions; position++)
            {
                var row = position / g.OutputColumns * g.StrideRows + kernelRow - g.Padding;
                var column = position % g.OutputColumns * g.StrideColumns + kernelColumn - g.Padding;
                if (row >= 0 && row < g.InputRows && column >= 0 && column < g.InputColumns)
                {
                    y[output * positions + position] += layer.Values[i] * x[(input * g.InputRows + row) * g.InputColumns + column];
                }
            }
        }

        return y;
    }

    private long[] Add(int node, long[] x, long[] y)
    {
        var sum = network.Sums[node];
        var map = x.Length / sum.First.Length;
        var half = sum.Shift == 0 ? 0 : 1L << (sum.Shift - 1);
        return [.. x.Select((each, i) => (sum.First[i / map] * each + sum.Second[i / map] * y[i] + half) >> sum.Shift)];
    }

    private List<long[]> Fire(int node, List<long[]> currents)
    {
        var neurons = network.Neurons[node];
        var map = currents[0].Length / neurons.Thresholds.Length;
        var isHard = network.Network.Neurons.Reset.IsHard;
        var u = new long[currents[0].Length];
        var spikes = new List<long[]>();
        for (var step = 0; step < network.Timesteps; step++)
        {
            var current = currents[currents.Count == 1 ? 0 : step];
            var fires = new long[u.Length];
            for (var i = 0; i < u.Length; i++)
            {
                var channel = i / map;
                u[i] -= network.LeakShift is { } shift ? u[i] >> shift : 0;
                u[i] += neurons.Signs[channel] * current[i] + neurons.Bias[channel];
                if (u[i] >= neurons.Thresholds[channel])
                {
                    fires[i] = 1;
                    u[i] = isHard ? 0 : u[i] - neurons.Thresholds[channel];
                }
            }

            spikes.Add(fires);
        }

        return spikes;
    }
}
