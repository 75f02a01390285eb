using RobustSnn.Model;

namespace RobustSnn.Robustness.ToSpiking;

/// <summary>Which mini-batches the threshold of a neuron layer is the largest percentile of.</summary>
public enum BalancingLoop
{
    /// <summary>All of them, for every layer (METHODS 6, step 2).</summary>
    EveryMiniBatch,

    /// <summary>
    /// Those that P1's code takes: the first 11 of the data. The second neuron of a residual block takes the 10 that follow, and its largest
    /// starts anew from what the loop sees of the first neuron on the way: the largest of its own percentiles over mini-batches 11 to 20 and
    /// of the first neuron's over 11 to 19.
    /// </summary>
    Reference,
}

/// <summary>Neuron layers in the order in which they are balanced, each with the percentiles that its threshold is the largest of.</summary>
internal static class BalancingOrder
{
    private const int Taken = 11;
    private const int TakenByBlocks = 21;
    private const string First = ".act1";
    private const string Second = ".act2";

    /// <summary>Nodes of the network, and of each the (node whose current is measured, mini-batch) pairs.</summary>
    /// <exception cref="BadInputException">There are fewer mini-batches than the loop takes.</exception>
    public static IEnumerable<(int Node, IEnumerable<(int Measured, int MiniBatch)> Sources)> Of(Network network, BalancingLoop loop, int miniBatches)
    {
        int[] neurons = [.. Graph.neurons(network)];
        if (loop == BalancingLoop.EveryMiniBatch)
        {
            return neurons.Select(node => (node, Over(node, 0, miniBatches)));
        }

        var blocks = neurons.Zip(neurons.Skip(1)).Where(pair => IsBlock(network, pair.First, pair.Second)).ToDictionary(pair => pair.Second, pair => pair.First);
        var needed = blocks.Count > 0 ? TakenByBlocks : Taken;
        if (miniBatches < needed)
        {
            throw new BadInputException(
                $"The reference's loop of threshold balancing expects at least {needed} mini-batches for {network.Architecture}, found {miniBatches}.");
        }

        return neurons.Select(node => (node, blocks.TryGetValue(node, out var first)
            ? [.. Over(node, Taken, TakenByBlocks), .. Over(first, Taken, TakenByBlocks - 1)]
            : Over(node, 0, Taken)));
    }

    private static IEnumerable<(int Measured, int MiniBatch)> Over(int node, int from, int to) => Enumerable.Range(from, to - from).Select(batch => (node, batch));

    /// <summary>Whether two neurons are the first and the second of one residual block.</summary>
    private static bool IsBlock(Network network, int first, int second)
    {
        var (before, after) = (network.Nodes[first].Name, network.Nodes[second].Name);
        return before.EndsWith(First, StringComparison.Ordinal) && after.EndsWith(Second, StringComparison.Ordinal)
            && before[..^First.Length] == after[..^Second.Length];
    }
}
