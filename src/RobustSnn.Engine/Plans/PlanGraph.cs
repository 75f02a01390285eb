using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>
/// A network as one mode runs it: nodes that do nothing in it (dropout outside training) are read through, a BatchNorm that only a
/// spiking neuron reads is part of the neuron, in inference a pruned layer too, and every value has its layout on the device.
/// </summary>
internal sealed class PlanGraph
{
    private readonly bool[] active;
    private readonly LaneLayout lanes;

    public PlanGraph(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        Nodes = [.. model.Network.Nodes];
        Mode = mode;
        Timesteps = timesteps;
        active = Array.ConvertAll(Nodes, node => mode == PassMode.Training || !node.Operation.IsDropout);
        Inputs = Array.ConvertAll(Nodes, node => node.Inputs.Select(ReadThrough).ToArray());
        Last = ReadThrough(Nodes.Length - 1);
        Layers = FuseLayers(model);
        var firing = Enumerable.Range(0, Nodes.Length).Where(Spikes).ToArray();
        IsByImage = firing.Length > 0 && firing.All(n => Layers[n] >= 0) && LaneLayout.IsFasterByImage(batch, timesteps);
        lanes = IsByImage ? LaneLayout.ByImage(batch, timesteps) : LaneLayout.Choose(batch, timesteps);
        FusePools();
        Norms = FuseNorms();

        var isStatic = Graph.isStatic(model.Network).ToArray();
        var border = Nodes.Max(node => node.Operation.Accept(BorderNeeded.Instance));
        Shapes = new ActivationShape[Nodes.Length];
        Reads = new int[Nodes.Length];
        for (var n = 0; n < Nodes.Length; n++)
        {
            var shape = model.Shapes[n];
            var own = Nodes[n].Operation.IsLinear ? 0 : n == 0 ? border : Shapes[Layers[n] >= 0 ? Layers[n] : Inputs[n][0]].Border;
            Shapes[n] = new ActivationShape(shape.Channels, shape.Rows, shape.Columns, own,
                isStatic[n] ? lanes.Static : lanes);
            if (active[n])
            {
                foreach (var input in Inputs[n])
                {
                    Reads[input]++;
                }
            }
        }

        for (var n = 0; n < Nodes.Length; n++)
        {
            if (Spikes(n) && n != Last && ReadersTakeBits(n))
            {
                Shapes[n] = Shapes[n] with { Storage = Storage.Bits };
            }
        }
    }

    public Node[] Nodes { get; }

    public PassMode Mode { get; }

    public int Timesteps { get; }

    /// <summary>
    /// Whether lanes are one image's timesteps: every spike is made by a pruned layer, which skips what one image leaves silent, as many
    /// together never do.
    /// </summary>
    public bool IsByImage { get; }

    /// <summary>The nodes that each node reads, nodes that do nothing and those fused with a neuron left out.</summary>
    public int[][] Inputs { get; }

    /// <summary>How often each node's value is read.</summary>
    public int[] Reads { get; }

    /// <summary>Layout of each node's value.</summary>
    public ActivationShape[] Shapes { get; }

    /// <summary>The convolution or linear layer that is part of each neuron, or −1.</summary>
    public int[] Layers { get; }

    /// <summary>The BatchNorm that is part of each neuron, or −1.</summary>
    public int[] Norms { get; }

    /// <summary>The node that gives the logits.</summary>
    public int Last { get; }

    public bool IsActive(int node) => active[node];

    /// <summary>Whether a neuron node spikes in this plan; with T = 0 it is a ReLU.</summary>
    public bool Spikes(int node) => Nodes[node].Operation.IsNeuron && Timesteps > 0;

    /// <summary>Whether a node runs as a ReLU, whose backward pass looks at the signs of its value.</summary>
    public bool IsRelu(int node) => Nodes[node].Operation.IsRelu || (Nodes[node].Operation.IsNeuron && !Spikes(node));

    /// <summary>Layout of the gradient of a node's value, and of a neuron's membranes: floats always.</summary>
    public ActivationShape Floats(int node) => Shapes[node] with { Storage = Storage.Floats };

    /// <summary>
    /// Whether values of a layout that a node makes may lie over its input: nobody else reads that, both are laid out alike, and no backward
    /// pass needs what was there. Dropout keeps the signs that a ReLU's needs.
    /// </summary>
    public bool MayOverwrite(int node, ActivationShape shape)
    {
        var input = Inputs[node][0];
        var isNeeded = HasBackward && (Norms[node] >= 0 || (IsRelu(input) && !Nodes[node].Operation.IsDropout));
        return Reads[input] == 1 && shape == Shapes[input] && !isNeeded && Layers[node] < 0;
    }

    /// <summary>Whether the backward pass looks at what a node read.</summary>
    public bool NeedsInput(int node)
    {
        var operation = Nodes[node].Operation;
        var hasParameterGradient = operation.IsConvolution || operation.IsLinear || operation.IsBatchNorm || operation.IsWeightedSum;
        return HasBackward && (Norms[node] >= 0 || (Mode == PassMode.Training && hasParameterGradient));
    }

    /// <summary>Whether the mode has a backward pass.</summary>
    public bool HasBackward => Mode is PassMode.InputGradient or PassMode.Training;

    /// <summary>
    /// Takes each pruned layer that nothing but a spiking neuron reads out of the graph: backends make such spikes straight from what the
    /// layer reads, and the currents, the largest values of a pass, are never stored.
    /// </summary>
    private int[] FuseLayers(SpikingModel model)
    {
        var layers = new int[Nodes.Length];
        Array.Fill(layers, -1);
        for (var n = 0; n < Nodes.Length && Mode == PassMode.Inference; n++)
        {
            var layer = Nodes[n].Inputs.IsEmpty ? n : Nodes[n].Inputs.Head;
            if (Spikes(n) && model.IsPruned(layer) && layer != Last && Readers(layer).Take(2).Count() == 1)
            {
                layers[n] = layer;
                active[layer] = false;
                Inputs[n] = Inputs[layer];
            }
        }

        return layers;
    }

    /// <summary>
    /// Takes each pool that only such a layer reads out as well, where lanes are few: what the pool reads is bits, and far smaller than what
    /// it gives. With many lanes backends read each mean often, and better where it lies.
    /// </summary>
    private void FusePools()
    {
        for (var n = 0; n < Nodes.Length && lanes.Lanes <= LaneLayout.FewLanes; n++)
        {
            if (Layers[n] >= 0 && Inputs[n][0] is var pool && Nodes[pool].Operation.IsAveragePool && Readers(pool).Take(2).Count() == 1
                && Spikes(Inputs[pool][0]) && Readers(Inputs[pool][0]).Take(2).Count() == 1)
            {
                active[pool] = false;
                Inputs[n] = Inputs[pool];
            }
        }
    }

    /// <summary>
    /// Takes each BatchNorm that nothing but a spiking neuron reads out of the graph: the two run as one, and what lies between them is
    /// never stored. Where only statistics are asked for, the current between them is what is asked for.
    /// </summary>
    private int[] FuseNorms()
    {
        var norms = new int[Nodes.Length];
        Array.Fill(norms, -1);
        for (var n = 0; n < Nodes.Length; n++)
        {
            if (!Spikes(n) || Layers[n] >= 0 || Mode == PassMode.BatchStatistics)
            {
                continue;
            }

            var norm = Inputs[n][0];
            if (Nodes[norm].Operation.IsBatchNorm && norm != Last && Readers(norm).Take(2).Count() == 1)
            {
                norms[n] = norm;
                active[norm] = false;
                Inputs[n] = [Inputs[norm][0]];
            }
        }

        return norms;
    }

    private IEnumerable<int> Readers(int node) =>
        from reader in Enumerable.Range(node + 1, Nodes.Length - node - 1)
        where active[reader]
        from input in Inputs[reader]
        where input == node
        select reader;

    private bool ReadersTakeBits(int node) => Readers(node).All(reader =>
    {
        var operation = Nodes[reader].Operation;
        return Layers[reader] >= 0 || operation.IsConvolution || operation.IsLinear || operation.IsAveragePool || operation.IsGlobalAveragePool
            || operation.IsWeightedSum || operation.IsDropout; // which unpacks
    });

    private int ReadThrough(int node) => active[node] ? node : ReadThrough(Nodes[node].Inputs.Head);

    /// <summary>How far a convolution reads over the edge, forward or backward.</summary>
    private sealed class BorderNeeded : IOperationVisitor<int>
    {
        public static BorderNeeded Instance { get; } = new();

        public int Normalise(Microsoft.FSharp.Collections.FSharpList<double> mean, Microsoft.FSharp.Collections.FSharpList<double> deviation) => 0;

        public int Convolution(Convolution settings) => Math.Max(settings.Padding, settings.Kernel - 1 - settings.Padding);

        public int Linear(int outputs, bool bias) => 0;

        public int BatchNorm() => 0;

        public int Relu() => 0;

        public int Neuron() => 0;

        public int AveragePool(int size) => 0;

        public int GlobalAveragePool() => 0;

        public int WeightedSum() => 0;

        public int Dropout(double rate) => 0;
    }
}
