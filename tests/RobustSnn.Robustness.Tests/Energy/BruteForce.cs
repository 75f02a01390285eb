using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Tests.Energy;

/// <summary>Equation 12 by loops over every image, step and connection, one after the other.</summary>
internal sealed class BruteForce
{
    private readonly SpikingModel model;
    private readonly Dictionary<int, long[]> spikes = [];
    private readonly Dictionary<int, long[]> connections;
    private readonly Dictionary<int, long[]> denseConnections;
    private readonly int samples;

    public BruteForce(SpikingModel model, DrawnImages images, int timesteps)
    {
        this.model = model;
        samples = images.Count;
        using var plan = new Plan(model, images.Count, timesteps, PassMode.InputGradient);
        plan.Pixels.Upload(images.Pixels());
        plan.ForwardWatching(images.Count, (node, activation) =>
        {
            var values = activation.ToHost(images.Count); // (step, sample, channel, row, column)
            var counts = new long[model.Shapes[node].Count];
            for (var i = 0; i < values.Length; i++)
            {
                counts[i % counts.Length] += (long)values[i];
            }

            spikes[node] = counts;
        });
        connections = Connections(dense: false);
        denseConnections = Connections(dense: true);
    }

    public double Spikes(string neurons) => (double)spikes[Index(neurons)].Sum() / samples;

    /// <summary>Operations an image that spikes of these neurons cause, in all layers that read them.</summary>
    public double Operations(string neurons, bool dense) =>
        (double)spikes[Index(neurons)].Zip(Of(neurons, dense), (count, existing) => count * existing).Sum() / samples;

    /// <summary>Existing connections of these neurons.</summary>
    public long Count(string neurons, bool dense) => Of(neurons, dense).Sum();

    /// <summary>Spikes an image that enter a weighted sum.</summary>
    public double SpikesInto(string sum) => (double)model.Network.Nodes[Index(sum)].Inputs
        .SelectMany(input => Enumerable.Range(0, model.Shapes[input].Count).SelectMany(place => Neurons(input, place).Distinct()))
        .Sum(neuron => spikes[neuron.Node][neuron.Index]) / samples;

    /// <summary>Weights that would meet padding, were nothing pruned.</summary>
    public long ReadsOfPadding(string layer) => Taps(Index(layer), true).LongCount(tap => tap.Input < 0);

    private long[] Of(string neurons, bool dense) => (dense ? denseConnections : connections)[Index(neurons)];

    /// <summary>One more for the neuron at the other end of every connection.</summary>
    private Dictionary<int, long[]> Connections(bool dense)
    {
        var counts = spikes.Keys.ToDictionary(node => node, node => new long[model.Shapes[node].Count]);
        for (var layer = 0; layer < model.Shapes.Count; layer++)
        {
            if (model.Network.Nodes[layer].Operation is { IsConvolution: true } or { IsLinear: true })
            {
                var input = model.Network.Nodes[layer].Inputs.Head;
                var behind = Enumerable.Range(0, model.Shapes[input].Count).Select(place => Neurons(input, place).Distinct().ToArray()).ToArray();
                foreach (var tap in Taps(layer, dense).Where(tap => tap.Input >= 0))
                {
                    foreach (var (node, index) in behind[tap.Input])
                    {
                        counts[node][index]++;
                    }
                }
            }
        }

        return counts;
    }

    /// <summary>Every existing weight at every place of a layer's output, with the place of its input that it reads; −1 for padding.</summary>
    private IEnumerable<(int Weight, int Input)> Taps(int layer, bool dense)
    {
        var node = model.Network.Nodes[layer];
        var input = model.Shapes[node.Inputs.Head];
        var weight = model.Parameters[node.Name + ".weight"];
        var exists = weight.Pattern is { } pattern && !dense ? pattern.Existing.ToArray().ToHashSet() : null;
        if (node.Operation is Operation.Linear linear)
        {
            for (var output = 0; output < linear.outputs; output++)
            {
                for (var place = 0; place < input.Count; place++)
                {
                    if (exists?.Contains(output * input.Count + place) != false)
                    {
                        yield return (output * input.Count + place, place);
                    }
                }
            }

            yield break;
        }

        var its = ((Operation.Convolution)node.Operation).Item;
        var shape = model.Shapes[layer];
        foreach (var (output, row, column) in Places(shape))
        {
            foreach (var (channel, tapRow, tapColumn) in Places(new Shape(input.Channels, its.Kernel, its.Kernel)))
            {
                var index = ((output * input.Channels + channel) * its.Kernel + tapRow) * its.Kernel + tapColumn;
                var (y, x) = (row * its.Stride + tapRow - its.Padding, column * its.Stride + tapColumn - its.Padding);
                if (exists?.Contains(index) != false)
                {
                    yield return (index, y >= 0 && y < input.Rows && x >= 0 && x < input.Columns ? (channel * input.Rows + y) * input.Columns + x : -1);
                }
            }
        }
    }

    /// <summary>The neurons whose spikes are in one place of a value.</summary>
    private IEnumerable<(int Node, int Index)> Neurons(int node, int place)
    {
        var shape = model.Shapes[node];
        var (channel, row, column) = (place / (shape.Rows * shape.Columns), place / shape.Columns % shape.Rows, place % shape.Columns);
        var its = model.Network.Nodes[node];
        if (its.Operation.IsNeuron)
        {
            return [(node, place)];
        }

        if (its.Operation is { IsNormalise: true } or { IsConvolution: true } or { IsLinear: true })
        {
            return [];
        }

        return its.Inputs.SelectMany(input =>
        {
            var read = model.Shapes[input];
            var (rows, columns) = its.Operation switch
            {
                Operation.AveragePool pool => (pool.size, pool.size),
                Operation.MaxPool pool => (pool.size, pool.size),
                Operation.OverlappingMaxPool pool => (pool.window.Size, pool.window.Size),
                { IsGlobalAveragePool: true } => (read.Rows, read.Columns),
                _ => (1, 1),
            };
            var (stride, padding) = its.Operation is Operation.OverlappingMaxPool { window: var window } ? (window.Stride, window.Padding) : (0, 0);
            var (top, left) = stride > 0 ? (row * stride - padding, column * stride - padding) : (row * rows, column * columns);
            return from y in Enumerable.Range(top, rows)
                   from x in Enumerable.Range(left, columns)
                   where y >= 0 && y < read.Rows && x >= 0 && x < read.Columns
                   from neuron in Neurons(input, (channel * read.Rows + y) * read.Columns + x)
                   select neuron;
        });
    }

    private int Index(string name) => model.Network.Nodes.ToList().FindIndex(node => node.Name == name);

    private static IEnumerable<(int Channel, int Row, int Column)> Places(Shape shape) =>
        from channel in Enumerable.Range(0, shape.Channels)
        from row in Enumerable.Range(0, shape.Rows)
        from column in Enumerable.Range(0, shape.Columns)
        select (channel, row, column);
}
