using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Steps;
using RobustSnn.FixedPoint.Execution.Sums;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution;

/// <summary>Buffers and steps of a network in integers, for a batch. A layer that one layer of neurons alone reads is one step with it.</summary>
internal sealed class FixedPointPlan
{
    private readonly FixedPointNetwork network;
    private readonly NativeHeap heap;
    private readonly Workers workers;
    private readonly VectorWidth vectors;
    private readonly int batch;
    private readonly UnfoldRoom room;
    private readonly Node[] nodes;
    private readonly int[] borders; // of each node: the widest padding of the layers that read it, through what passes it on
    private readonly int[] readers; // of each node, how many
    private readonly LaneMap?[] lanes; // by node
    private readonly CurrentMap?[] currents;

    public FixedPointPlan(FixedPointNetwork network, NativeHeap heap, Workers workers, VectorWidth vectors, int batch)
    {
        (this.network, this.heap, this.workers, this.vectors, this.batch) = (network, heap, workers, vectors, batch);
        room = new UnfoldRoom(heap);
        nodes = network.Network.Nodes.ToArray();
        readers = new int[nodes.Length];
        foreach (var input in nodes.SelectMany(node => node.Inputs))
        {
            readers[input]++;
        }

        borders = Borders();
        lanes = new LaneMap?[nodes.Length];
        currents = new CurrentMap?[nodes.Length];
        Pixels = new PixelMap(heap, network.Network.Input, borders[0], batch, network.Centres);
        Steps = [.. Enumerable.Range(1, nodes.Length - 1).Select(node => Compile(node, nodes[node])).OfType<Step>()];
    }

    public PixelMap Pixels { get; }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Of the last node.</summary>
    public CurrentMap Logits => currents[^1]!;

    /// <summary>A neuron's spikes.</summary>
    public LaneMap Spikes(int neuron) => lanes[neuron]!;

    private Step? Compile(int node, Node its)
    {
        var input = its.Inputs.Head;
        switch (its.Operation)
        {
            case Operation.Convolution or Operation.Linear when network.Values[input].Kind == ValueKind.Pixels:
                return new PixelLayerStep(workers, network, node, Pixels, currents[node] = Currents(node));
            case Operation.Convolution or Operation.Linear when NeuronsOf(node) is not null:
                return null; // with its neurons
            case Operation.Convolution or Operation.Linear:
                return new CurrentStep(heap, workers, KernelsOf(node), network, node, lanes[input]!, currents[node] = Currents(node), batch, room);
            case Operation.Neuron when LayerOf(input) is { } layer:
                return Spiking(layer, node);
            case Operation.Neuron:
                return new NeuronStep(heap, workers, network, node, currents[input]!, lanes[node] = Lanes(node, 1), batch);
            case Operation.MaxPool { size: var size }:
                return new MaxPoolStep(workers, lanes[input]!, lanes[node] = Lanes(node, 1), new PoolWindow(size, size, 0));
            case Operation.OverlappingMaxPool { window: var window }:
                return new MaxPoolStep(workers, lanes[input]!, lanes[node] = Lanes(node, 1), window);
            case Operation.AveragePool { size: var size }:
                return new CountStep(workers, lanes[input]!, lanes[node] = Lanes(node, LaneMap.CountBytes), size);
            case { IsGlobalAveragePool: true }:
                return new CountStep(workers, lanes[input]!, lanes[node] = Lanes(node, LaneMap.CountBytes), null);
            case { IsWeightedSum: true } or { IsSum: true }:
                var other = its.Inputs[1];
                return new SumStep(workers, network.Sums[node], new Summand(currents[input], lanes[input]), new Summand(currents[other], lanes[other]),
                    currents[node] = Currents(node));
            default: // a BatchNorm is in its neurons, and dropout in training alone
                (lanes[node], currents[node]) = (lanes[input], currents[input]);
                return null;
        }
    }

    private Step Spiking(int layer, int neuron)
    {
        var its = new LayerNeurons(network, layer, neuron);
        var input = lanes[nodes[layer].Inputs.Head]!;
        var output = lanes[neuron] = Lanes(neuron, 1);
        return (Step?)(vectors == VectorWidth.Bits512 ? SlicedLayerStep.Of(heap, workers, network, layer, its, input, output, batch, room) : null)
            ?? new SpikingLayerStep(heap, workers, KernelsOf(layer), network, layer, its, input, output, batch, room);
    }

    private ShortKernels KernelsOf(int layer) => ShortKernels.Of(vectors, (long)network.Shapes[layer].Rows * network.Shapes[layer].Columns * batch);

    /// <summary>The neurons that alone read a layer of spikes or counts, through BatchNorms and dropouts.</summary>
    private int? NeuronsOf(int layer)
    {
        for (var node = layer; readers[node] == 1;)
        {
            node = Array.FindIndex(nodes, each => each.Inputs.Contains(node));
            if (nodes[node].Operation.IsNeuron)
            {
                return node;
            }

            if (!IsPassedOn(node))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The layer that such neurons read.</summary>
    private int? LayerOf(int node)
    {
        while (IsPassedOn(node))
        {
            node = nodes[node].Inputs.Head;
        }

        return network.Weights.ContainsKey(node) && currents[node] is null ? node : null;
    }

    private bool IsPassedOn(int node) => nodes[node].Operation is { } operation && (operation.IsBatchNorm || operation.IsDropout);

    private CurrentMap Currents(int node) =>
        new(heap, network.Shapes[node], network.Values[node].IsStatic ? 1 : network.Timesteps, batch);

    private LaneMap Lanes(int node, int positionBytes) =>
        new(heap, network.Shapes[node], borders[node], network.Timesteps, batch, positionBytes);

    private int[] Borders()
    {
        var widest = new int[nodes.Length];
        for (var reader = nodes.Length - 1; reader > 0; reader--)
        {
            var padding = nodes[reader].Operation is Operation.Convolution { Item: var settings } ? settings.Padding
                : IsPassedOn(reader) ? widest[reader] : 0;
            foreach (var input in nodes[reader].Inputs)
            {
                widest[input] = Math.Max(widest[input], padding);
            }
        }

        return widest;
    }
}
