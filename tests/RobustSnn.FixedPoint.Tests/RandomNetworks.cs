using Microsoft.FSharp.Collections;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Tests;

/// <summary>Networks whose layers are drawn: kernels, strides, paddings, pools, shortcuts, maps of any shape.</summary>
internal static class RandomNetworks
{
    /// <summary>One that <see cref="NodeValues"/> accepts.</summary>
    public static (Network Network, DrawnLike Like) Draw(int seed)
    {
        var random = new Random(seed);
        var input = new Shape(random.Next(1, 4), random.Next(1, 20), random.Next(1, 20));
        var builder = new Builder(random, input);
        builder.Layers(random.Next(1, 5));
        var reset = random.Next(2) == 0 ? Reset.Hard : Reset.Soft;
        double[] leaks = [1, 1, 0.5, 0.75, 0.9375];
        var like = new DrawnLike("drawn", input.Rows, random.Next(1, 20), random.Next(2, 13), random.NextDouble(), reset, leaks[random.Next(leaks.Length)]);
        return (new Network("drawn", input, DrawnNetworks.Classes, new NeuronModel(like.Leak, reset), ListModule.OfSeq(builder.Nodes)), like);
    }

    private sealed class Builder
    {
        private readonly Random random;
        private readonly Shape input;
        private Shape shape;

        public Builder(Random random, Shape input)
        {
            (this.random, this.input, shape) = (random, input, input);
            Nodes =
            [
                new Node("norm", Operation.NewNormalise(
                    ListModule.OfSeq(Enumerable.Repeat(0.5, input.Channels)), ListModule.OfSeq(Enumerable.Repeat(0.25, input.Channels))), ListModule.Empty<int>()),
            ];
        }

        public List<Node> Nodes { get; }

        private int Here => Nodes.Count - 1;

        public void Layers(int count)
        {
            for (var layer = 0; layer < count; layer++)
            {
                Convolve(random.Next(4) == 0 ? random.Next(20, 70) : random.Next(1, 20));
                Fire();
                Pool();
                if (random.Next(3) == 0 && Nodes[Here].Operation.IsNeuron)
                {
                    Shortcut();
                }
            }

            if (random.Next(2) == 0)
            {
                Add(Operation.NewLinear(random.Next(1, 30), true));
                Fire();
            }

            Add(Operation.NewLinear(DrawnNetworks.Classes, true));
        }

        private void Convolve(int outputs)
        {
            var smallest = Math.Min(shape.Rows, shape.Columns);
            var padding = random.Next(3);
            var kernel = Math.Min(random.Next(1, 6), smallest + 2 * padding);
            Add(Operation.NewConvolution(new Convolution(outputs, kernel, random.Next(1, 4), padding, true)));
        }

        private void Fire()
        {
            if (random.Next(3) == 0)
            {
                Add(Operation.BatchNorm);
            }

            if (random.Next(4) == 0)
            {
                Add(Operation.NewDropout(0.2));
            }

            Add(Operation.NewNeuron(random.Next(2) == 0 ? Thresholds.Shared : Thresholds.Channelwise));
        }

        private void Pool()
        {
            var smallest = Math.Min(shape.Rows, shape.Columns);
            var size = random.Next(2, 4);
            switch (random.Next(6))
            {
                case 0 when shape.Rows % size == 0 && shape.Columns % size == 0:
                    Add(Operation.NewAveragePool(size));
                    break;
                case 1 when shape.Rows % size == 0 && shape.Columns % size == 0:
                    Add(Operation.NewMaxPool(size));
                    break;
                case 2 when smallest >= 2:
                    Add(Operation.NewOverlappingMaxPool(new PoolWindow(size, random.Next(1, 3), 1)));
                    break;
                case 4:
                    Add(Operation.NewAveragePool(1));
                    break;
                case 3 when shape.Rows * shape.Columns <= NodeValues.LargestWindow:
                    Add(Operation.GlobalAveragePool);
                    break;
            }
        }

        /// <summary>A convolution that keeps the shape, and the sum of what it reads and what it gives.</summary>
        private void Shortcut()
        {
            var start = Here;
            Add(Operation.NewConvolution(new Convolution(shape.Channels, 3, 1, 1, random.Next(2) == 0)));
            Nodes.Add(new Node($"n{Nodes.Count}", random.Next(2) == 0 ? Operation.WeightedSum : Operation.Sum, ListModule.OfArray([start, Here])));
            Fire();
        }

        private void Add(Operation operation)
        {
            Nodes.Add(new Node($"n{Nodes.Count}", operation, ListModule.OfArray([Here])));
            var network = new Network("drawn", input, 1, new NeuronModel(1, Reset.Hard), ListModule.OfSeq(Nodes.Append(
                new Node("last", Operation.NewLinear(1, false), ListModule.OfArray([Here])))));
            shape = Shapes.inferOrFail(network)[Here];
        }
    }
}
