using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests;

/// <summary>What a drawn network is like.</summary>
/// <param name="Architecture">A name that <see cref="Architectures"/> knows.</param>
/// <param name="Size">Rows and columns of its images.</param>
/// <param name="Kept">Fraction of the weights that exist; 1 for no pattern.</param>
internal sealed record DrawnLike(string Architecture, int Size, int Timesteps, int Bits, double Kept, Reset Reset, double Leak)
{
    public override string ToString() => $"{Architecture} {Size}×{Size}, T {Timesteps}, {Bits} bits, {Kept:P0} kept, {Reset}, leak {Leak}";
}

/// <summary>Networks in integers whose parameters are drawn, so that about a third of their neurons fire.</summary>
internal static class DrawnNetworks
{
    public const int Classes = 10;

    public static FixedPointNetwork Draw(DrawnLike like, int seed)
    {
        FSharpList<double> halves = ListModule.OfArray([0.5, 0.45, 0.4]);
        var ann = Architectures.build(like.Architecture, Classes, new Shape(3, like.Size, like.Size), halves, halves);
        return Draw(Folding.ofNetwork(Conversion.toSpiking(new NeuronModel(like.Leak, like.Reset), ann)).Network, like, seed);
    }

    public static FixedPointNetwork Draw(Network network, DrawnLike like, int seed)
    {
        var random = new Random(seed);
        Shape[] shapes = [.. RobustSnn.Model.Shapes.inferOrFail(network)];
        var weights = new Dictionary<int, IntegerWeights>();
        var neurons = new Dictionary<int, IntegerNeurons>();
        var sums = new Dictionary<int, IntegerSum>();
        var spread = new double[shapes.Length]; // of a node's currents, roughly
        for (var node = 0; node < shapes.Length; node++)
        {
            var its = network.Nodes[node];
            var channels = shapes[node].Channels;
            if (its.Operation.IsConvolution || its.Operation.IsLinear)
            {
                var geometry = LayerGeometry.Of(network, shapes, node);
                weights[node] = Layer(random, geometry, like);
                var isFirst = its.Inputs.Head == 0;
                spread[node] = Math.Max(1, IntegerWeights.Largest(like.Bits) * 0.5 * Math.Sqrt(geometry.Inputs * geometry.Taps * like.Kept) * (isFirst ? 100 : 0.5));
            }
            else if (its.Operation.IsNeuron)
            {
                var typical = spread[its.Inputs.Head];
                neurons[node] = new IntegerNeurons(
                    Numbers(channels, _ => (int)Math.Max(1, random.NextDouble() * typical)),
                    [.. Enumerable.Range(0, channels).Select(_ => network.Nodes[its.Inputs.Head].Operation.IsBatchNorm ? (sbyte)random.Next(-1, 2) : (sbyte)1)],
                    Numbers(channels, _ => random.Next(-2, 3)));
            }
            else if (its.Operation.IsWeightedSum || its.Operation.IsSum)
            {
                sums[node] = new IntegerSum(Numbers(channels, _ => random.Next(-3, 20)), Numbers(channels, _ => random.Next(-3, 20)), random.Next(0, 5),
                    Numbers(channels, _ => random.Next(0, 9)));
                spread[node] = spread[its.Inputs[0]] + spread[its.Inputs[1]];
            }
            else if (its.Inputs.Length > 0)
            {
                spread[node] = spread[its.Inputs.Head];
            }
        }

        return new FixedPointNetwork(network, like.Timesteps, [.. new[] { 125, 0, 255 }.Take(network.Input.Channels)], weights, neurons, sums);

        int[] Numbers(int count, Func<int, int> draw) => [.. Enumerable.Range(0, count).Select(draw)];
    }

    public static float[] Images(FixedPointNetwork network, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * network.Network.Input.Count).Select(_ => random.Next(0, 256) / 255f)];
    }

    private static IntegerWeights Layer(Random random, ConvolutionGeometry geometry, DrawnLike like)
    {
        SparsityPattern? pattern = null;
        if (like.Kept < 1)
        {
            int[] existing = [.. Enumerable.Range(0, geometry.WeightCount).Where(_ => random.NextDouble() < like.Kept)];
            pattern = new SparsityPattern(geometry.WeightCount, existing);
        }

        var largest = IntegerWeights.Largest(like.Bits);
        short[] values = [.. Enumerable.Range(0, pattern?.Count ?? geometry.WeightCount).Select(_ => (short)random.Next(-largest, largest + 1))];
        int[] bias = [.. Enumerable.Range(0, geometry.Outputs).Select(_ => random.Next(-largest, largest + 1))];
        return new IntegerWeights(pattern, values, like.Bits, bias, [.. Enumerable.Range(0, geometry.Outputs).Select(_ => random.Next(0, 12))]);
    }
}
