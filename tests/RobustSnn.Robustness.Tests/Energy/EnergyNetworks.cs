using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Tests.Energy;

/// <summary>Small spiking networks with random weights, and images for them.</summary>
internal static class EnergyNetworks
{
    public const int Timesteps = 5;

    private const int Classes = 3;

    private static readonly NeuronModel Hard = new(1.0, Reset.Hard);

    /// <summary>One of the named networks on small images, or one that is here for its odd sizes.</summary>
    public static Network Named(string name, Reset reset)
    {
        var neurons = new NeuronModel(1.0, reset);
        return name switch
        {
            "odd" => Chain(neurons, new Shape(2, 11, 9),
                Convolve(3, 5, 2, 1), Operation.BatchNorm, Fire, Convolve(4, 2, 3, 0), Fire, Convolve(5, 1, 1, 0), Operation.BatchNorm, Fire,
                Operation.NewDropout(0.5), Operation.NewLinear(6, true), Fire),
            "padded" => Chain(neurons, new Shape(2, 4, 4), Convolve(3, 1, 1, 2), Fire, Convolve(2, 3, 2, 3), Fire),
            "pooled" => Chain(neurons, new Shape(3, 12, 12),
                Convolve(4, 3, 1, 1), Fire, Operation.NewMaxPool(2), Convolve(3, 3, 1, 0), Fire, Operation.NewAveragePool(2), Operation.BatchNorm,
                Operation.NewMaxPool(2), Convolve(4, 3, 1, 1), Fire, Operation.GlobalAveragePool),
            "overlapping" => Chain(neurons, new Shape(3, 11, 9),
                Convolve(4, 3, 1, 1), Fire, Operation.NewOverlappingMaxPool(new PoolWindow(3, 2, 1)), Convolve(3, 3, 1, 0), Fire,
                Operation.NewOverlappingMaxPool(new PoolWindow(2, 1, 0)), Operation.NewMaxPool(1), Convolve(4, 3, 1, 1), Fire),
            "sums of spikes" => SumsOfSpikes(neurons),
            "resnet8" => Conversion.toSpiking(
                neurons, Families.build(Family.NewResNetFamily(1), Classes, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25])),
            _ => Conversion.toSpiking(neurons, Architectures.build(name, Classes, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25])),
        };
    }

    /// <summary>A chain of a few layers, each drawn: kernels, strides, paddings, pools, dropout.</summary>
    public static Network Drawn(int seed)
    {
        var random = new Random(seed);
        var (rows, columns) = (random.Next(1, 9), random.Next(1, 9));
        var image = new Shape(random.Next(1, 4), rows, columns);
        var operations = new List<Operation>();
        for (var layer = random.Next(1, 4); layer > 0; layer--)
        {
            var (padding, stride) = (random.Next(3), random.Next(1, 4));
            var kernel = random.Next(1, Math.Min(5, Math.Min(rows, columns) + 2 * padding) + 1);
            operations.Add(Convolve(random.Next(1, 4), kernel, stride, padding));
            (rows, columns) = ((rows + 2 * padding - kernel) / stride + 1, (columns + 2 * padding - kernel) / stride + 1);
            operations.Add(Fire);
            if (random.Next(2) == 0 && rows % 2 == 0 && columns % 2 == 0)
            {
                operations.Add(random.Next(2) == 0 ? Operation.NewAveragePool(2) : Operation.NewMaxPool(2));
                (rows, columns) = (rows / 2, columns / 2);
            }
        }

        operations.AddRange(random.Next(2) == 0 ? [Operation.NewLinear(4, true), Fire, Operation.NewDropout(0.1)] : [Operation.GlobalAveragePool]);
        return Chain(random.Next(2) == 0 ? Hard : new NeuronModel(0.9, Reset.Soft), image, [.. operations]);
    }

    /// <summary>Random weights, of which so many of a hundred do not exist, and thresholds at which layers fire now and then.</summary>
    public static SpikingModel Model(Network network, IBackend backend, int sparsityPercent, int seed = 1)
    {
        var model = new SpikingModel(network, backend);
        model.Initialise((ulong)seed);
        var random = new Random(seed);
        foreach (var parameter in model.Parameters.All)
        {
            if (parameter.Specification.Prunable && sparsityPercent > 0)
            {
                model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                    [.. Enumerable.Range(0, parameter.Specification.Count).Where(_ => random.Next(100) >= sparsityPercent)]));
            }
            else if (parameter.Specification.Kind.IsThreshold)
            {
                parameter.Value.Upload([0.2f]);
            }
        }

        return model;
    }

    /// <summary>Node i reads node i − 1; the last layer, which gives the logits, is added.</summary>
    public static Network Chain(NeuronModel neurons, Shape image, params Operation[] operations)
    {
        Operation[] all =
        [
            Operation.NewNormalise(ListModule.OfSeq(Enumerable.Repeat(0.4, image.Channels)), ListModule.OfSeq(Enumerable.Repeat(0.25, image.Channels))),
            .. operations, Operation.NewLinear(Classes, true),
        ];
        return new Network("chain", image, Classes, neurons,
            ListModule.OfSeq(all.Select((operation, i) => new Node($"n{i}", operation, i == 0 ? [] : [i - 1]))));
    }

    public static Operation Fire => Operation.NewNeuron(Thresholds.Shared);

    public static Operation Convolve(int outputs, int kernel, int stride, int padding) =>
        Operation.NewConvolution(new Convolution(outputs, kernel, stride, padding, true));

    /// <summary>A neuron comes to one place of the sum by one window and to its neighbours by others.</summary>
    public static Network PooledInTwoWays => new("pooled in two ways", new Shape(2, 8, 8), Classes, Hard,
    [
        new Node("image", Operation.NewNormalise([0.4, 0.4], [0.25, 0.25]), []),
        new Node("conv1", Convolve(3, 3, 1, 1), [0]),
        new Node("act1", Fire, [1]),
        new Node("pool1", Operation.NewMaxPool(2), [2]),
        new Node("pool2", Operation.NewOverlappingMaxPool(new PoolWindow(3, 2, 1)), [2]),
        new Node("sum1", Operation.Sum, [3, 4]),
        new Node("last", Operation.NewLinear(Classes, true), [5]),
    ]);

    /// <summary>Spikes summed with spikes, pooled and not, and the sum read by a layer and by a sum of currents; a sum of spikes with themselves.</summary>
    private static Network SumsOfSpikes(NeuronModel neurons) => new("sums of spikes", new Shape(2, 8, 8), Classes, neurons,
    [
        new Node("image", Operation.NewNormalise([0.4, 0.4], [0.25, 0.25]), []),
        new Node("conv1", Convolve(3, 3, 1, 1), [0]),
        new Node("act1", Fire, [1]),
        new Node("conv2", Convolve(3, 3, 2, 1), [2]),
        new Node("act2", Fire, [3]),
        new Node("pool1", Operation.NewAveragePool(2), [2]),
        new Node("sum1", Operation.WeightedSum, [5, 4]),
        new Node("conv3", Convolve(3, 3, 1, 1), [6]),
        new Node("sum2", Operation.Sum, [6, 7]),
        new Node("act3", Fire, [8]),
        new Node("sum3", Operation.WeightedSum, [9, 9]),
        new Node("last", Operation.NewLinear(Classes, true), [10]),
    ]);
}

/// <summary>Random images, labelled in turn.</summary>
internal sealed class DrawnImages(Network network, int count, IReadOnlyList<int>? labels = null) : ISampleSource
{
    public int Count => count;

    public void Read(int index, Span<float> pixels)
    {
        var random = new Random(index);
        foreach (ref var pixel in pixels)
        {
            pixel = random.NextSingle();
        }
    }

    public int Number(int index) => index;

    public int Label(int index) => labels?[index] ?? index % network.Classes;

    public float[] Pixels()
    {
        var pixels = new float[count * network.Input.Count];
        for (var i = 0; i < count; i++)
        {
            Read(i, pixels.AsSpan(i * network.Input.Count, network.Input.Count));
        }

        return pixels;
    }
}
