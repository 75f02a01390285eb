using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests.Quantisation;

/// <summary>
/// What the nodes of a network give by its formulas in 64-bit floats, where each layer of neurons fires as it does in integers: so an error of one layer
/// is seen in that layer, and grows in no other.
/// </summary>
/// <param name="folded">The network in floats, its BatchNorms folded.</param>
/// <param name="image">(channel, row, column) in [0, 1].</param>
/// <param name="fired">Spikes of a neuron node at a timestep.</param>
internal sealed class PlainNetwork(SpikingModel folded, float[] image, Func<int, int, long[]> fired)
{
    private readonly Network network = folded.Network;
    private readonly Dictionary<(int Node, int Step), double[]> values = [];

    public double[] Value(int node, int step)
    {
        if (!values.TryGetValue((node, step), out var value))
        {
            values[(node, step)] = value = Compute(node, step);
        }

        return value;
    }

    /// <summary>v_th of each neuron of a node.</summary>
    public double[] Thresholds(int node)
    {
        var stored = Parameter(node, "v_th");
        return PerChannel(node, stored.Length == 1 ? [.. Enumerable.Repeat(stored[0], folded.Shapes[node].Channels)] : stored);
    }

    private double[] Compute(int node, int step)
    {
        var its = network.Nodes[node];
        double[] Input(int i) => Value(its.Inputs.ElementAt(i), step);
        var (from, to) = (folded.Shapes[its.Inputs.IsEmpty ? node : its.Inputs.Head], folded.Shapes[node]);
        switch (its.Operation)
        {
            case Operation.Normalise normalise:
                var (mean, deviation) = (PerChannel(node, [.. normalise.mean]), PerChannel(node, [.. normalise.deviation]));
                return [.. image.Select((pixel, i) => (Math.Round(255.0 * pixel) / 255 - mean[i]) / deviation[i])];
            case { IsConvolution: true } or { IsLinear: true }:
                return Layer(node, Input(0));
            case { IsBatchNorm: true }:
                var (factors, summands) = NormFolding.Line(folded.Parameters, its.Name);
                var (factor, summand) = (PerChannel(node, factors), PerChannel(node, summands));
                return [.. Input(0).Select((x, i) => factor[i] * x + summand[i])];
            case { IsNeuron: true }:
                return [.. fired(node, step).Select(spike => (double)spike)];
            case Operation.AveragePool pool:
                return Pool(from, to, new PoolWindow(pool.size, pool.size, 0), Input(0), window => window.Average());
            case { IsGlobalAveragePool: true }:
                return [.. Input(0).Chunk(from.Rows * from.Columns).Select(map => map.Average())];
            case Operation.MaxPool pool:
                return Pool(from, to, new PoolWindow(pool.size, pool.size, 0), Input(0), window => window.Max());
            case Operation.OverlappingMaxPool pool:
                return Pool(from, to, pool.window, Input(0), window => window.Max());
            case { IsWeightedSum: true }:
                var comb = Parameter(node, "comb");
                return [.. Input(0).Zip(Input(1), (x, y) => comb[0] * x + comb[1] * y)];
            case { IsSum: true }:
                return [.. Input(0).Zip(Input(1), (x, y) => x + y)];
            case Operation.Dropout:
                return Input(0);
            default:
                throw new InvalidOperationException($"{its.Operation}");
        }
    }

    private double[] Layer(int node, double[] x)
    {
        var its = network.Nodes[node];
        var (from, to) = (folded.Shapes[its.Inputs.Head], folded.Shapes[node]);
        var weights = folded.Parameters[its.Name + ".weight"].ToDense();
        var y = folded.Parameters.Contains(its.Name + ".bias") ? PerChannel(node, Parameter(node, "bias")) : new double[to.Count];
        if (its.Operation.IsLinear)
        {
            return [.. y.Select((bias, output) => bias + x.Select((input, i) => weights[output * x.Length + i] * input).Sum())];
        }

        var settings = ((Operation.Convolution)its.Operation).Item;
        for (var i = 0; i < y.Length; i++)
        {
            var (channel, row, column) = (i / (to.Rows * to.Columns), i / to.Columns % to.Rows, i % to.Columns);
            for (var input = 0; input < from.Channels; input++)
                for (var tapRow = 0; tapRow < settings.Kernel; tapRow++)
                    for (var tapColumn = 0; tapColumn < settings.Kernel; tapColumn++)
                    {
                        var (r, c) = (row * settings.Stride + tapRow - settings.Padding, column * settings.Stride + tapColumn - settings.Padding);
                        if (r >= 0 && r < from.Rows && c >= 0 && c < from.Columns)
                        {
                            y[i] += weights[((channel * from.Channels + input) * settings.Kernel + tapRow) * settings.Kernel + tapColumn]
                                * x[(input * from.Rows + r) * from.Columns + c];
                        }
                    }
        }

        return y;
    }

    private static double[] Pool(Shape from, Shape to, PoolWindow window, double[] x, Func<IEnumerable<double>, double> reduce) =>
    [
        .. from channel in Enumerable.Range(0, to.Channels)
           from row in Enumerable.Range(0, to.Rows)
           from column in Enumerable.Range(0, to.Columns)
           select reduce(
               from r in Enumerable.Range(row * window.Stride - window.Padding, window.Size)
               from c in Enumerable.Range(column * window.Stride - window.Padding, window.Size)
               where r >= 0 && r < @from.Rows && c >= 0 && c < @from.Columns
               select x[(channel * @from.Rows + r) * @from.Columns + c]),
    ];

    private double[] Parameter(int node, string suffix) =>
        [.. folded.Parameters[$"{network.Nodes[node].Name}.{suffix}"].Value.ToArray().Select(value => (double)value)];

    private double[] PerChannel(int node, double[] channels)
    {
        var shape = folded.Shapes[node];
        return [.. Enumerable.Range(0, shape.Count).Select(i => channels[i / (shape.Rows * shape.Columns)])];
    }
}
