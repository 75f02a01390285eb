using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>
/// A network as one mode runs it: nodes that do nothing in it (dropout outside training) are read through, a BatchNorm that only a
/// spiking neuron reads is part of the neuron, in inference a pruned layer too, and every value has its layout on the device.
/// </summary>
/// <remarks>What it knows of operations are their <see cref="OperationTraits"/>.</remarks>
internal sealed class PlanGraph
{
    private readonly bool[] active;
    private readonly OperationTraits[] traits;

    public PlanGraph(SpikingModel model, int batch, int timesteps, PassMode mode)
    {
        Nodes = [.. model.Network.Nodes];
        Mode = mode;
        Timesteps = timesteps;
        traits = Array.ConvertAll(Nodes, node => RobustSnn.Model.Traits.running(timesteps, node.Operation));
        active = Array.ConvertAll(traits, each => mode == PassMode.Training || !each.OnlyInTraining);
        Inputs = Array.ConvertAll(Nodes, node => node.Inputs.Select(ReadThrough).ToArray());
        Last = ReadThrough(Nodes.Length - 1);
        Layers = FuseLayers(model);
        var firing = Enumerable.Range(0, Nodes.Length).Where(Spikes).ToArray();
        var borders = Borders();
        Lanes = model.Backend.ChooseLanes(batch, timesteps, firing.Length > 0 && firing.All(n => Layers[n] >= 0),
            Enumerable.Range(0, Nodes.Length).Max(n => Lay(model, n, borders, default).ValuesOfLane));
        Pools = FusePools(model.Backend.PoolsWhileReading(Lanes));
        Norms = FuseNorms();
        var isStatic = Graph.isStatic(model.Network).ToArray();
        Shapes = [.. Enumerable.Range(0, Nodes.Length).Select(n => Lay(model, n, borders, isStatic[n] ? Lanes.Static : Lanes))];
        Reads = new int[Nodes.Length];
        foreach (var input in Enumerable.Range(0, Nodes.Length).Where(n => active[n]).SelectMany(n => Inputs[n]))
        {
            Reads[input]++;
        }

        for (var n = 0; n < Nodes.Length; n++)
        {
            var isBits = Spikes(n) || (traits[n].GivesBitsOfBits && Shapes[Inputs[n][0]].IsBits);
            if (isBits && active[n] && n != Last && Readers(n).All(reader => Layers[reader] >= 0 || traits[reader].ReadsBits))
            {
                Shapes[n] = Shapes[n] with { Storage = Storage.Bits };
            }
        }
    }

    public Node[] Nodes { get; }

    public PassMode Mode { get; }

    public int Timesteps { get; }

    /// <summary>How (timestep, sample) pairs lie: the backend's choice.</summary>
    public LaneLayout Lanes { get; }

    /// <summary>The nodes that each node reads, nodes that do nothing and those fused with a neuron left out.</summary>
    public int[][] Inputs { get; }

    /// <summary>How often each node's value is read.</summary>
    public int[] Reads { get; }

    /// <summary>Layout of each node's value.</summary>
    public ActivationShape[] Shapes { get; }

    /// <summary>The convolution or linear layer that is part of each neuron, or −1.</summary>
    public int[] Layers { get; }

    /// <summary>The average pool that is part of each neuron and its layer, or −1.</summary>
    public int[] Pools { get; }

    /// <summary>The BatchNorm that is part of each neuron, or −1.</summary>
    public int[] Norms { get; }

    /// <summary>The node that gives the logits.</summary>
    public int Last { get; }

    /// <summary>Whether the mode has a backward pass.</summary>
    public bool HasBackward => Mode is PassMode.InputGradient or PassMode.Training;

    public bool IsActive(int node) => active[node];

    /// <summary>What a node's operation is like in this plan: with T = 0 a neuron is a ReLU.</summary>
    public OperationTraits Traits(int node) => traits[node];

    /// <summary>Whether a node spikes in this plan.</summary>
    public bool Spikes(int node) => traits[node].Fires;

    /// <summary>Layout of the gradient of a node's value, and of a neuron's membranes: floats always.</summary>
    public ActivationShape Floats(int node) => Shapes[node] with { Storage = Storage.Floats };

    /// <summary>
    /// Whether values of a layout that a node makes may lie over its input: nobody else reads that, both are laid out alike, and no backward
    /// pass needs what was there.
    /// </summary>
    public bool MayOverwrite(int node, ActivationShape shape)
    {
        var input = Inputs[node][0];
        var isNeeded = HasBackward && (Norms[node] >= 0 || (traits[input].GradientReadsSigns && !traits[node].KeepsSigns));
        return Reads[input] == 1 && shape == Shapes[input] && !isNeeded && Layers[node] < 0;
    }

    /// <summary>Whether the backward pass looks at what a node read.</summary>
    public bool NeedsInput(int node) => HasBackward
        && (Norms[node] >= 0 || traits[node].InputGradientReadsInput || (Mode == PassMode.Training && traits[node].ParameterGradientReadsInput));

    /// <summary>
    /// Takes each pruned layer that nothing but a spiking neuron reads out of the graph: backends make such spikes straight from what the
    /// layer reads, and the currents, the largest values of a pass, are never stored.
    /// </summary>
    private int[] FuseLayers(SpikingModel model)
    {
        var layers = NoNodes();
        for (var n = 0; n < Nodes.Length && Mode == PassMode.Inference; n++)
        {
            var layer = Nodes[n].Inputs.IsEmpty ? n : Nodes[n].Inputs.Head;
            if (Spikes(n) && traits[n].IsFused && model.IsPruned(layer) && layer != Last && IsReadOnce(layer))
            {
                layers[n] = layer;
                active[layer] = false;
                Inputs[n] = Inputs[layer];
            }
        }

        return layers;
    }

    /// <summary>Takes each pool of spikes that only such a layer reads out as well, where the backend would rather pool while it reads.</summary>
    private int[] FusePools(bool poolsWhileReading)
    {
        var pools = NoNodes();
        for (var n = 0; n < Nodes.Length && poolsWhileReading; n++)
        {
            if (Layers[n] >= 0 && Inputs[n][0] is var pool && traits[pool].IsMeanPool && IsReadOnce(pool)
                && Spikes(Inputs[pool][0]) && IsReadOnce(Inputs[pool][0]))
            {
                pools[n] = pool;
                active[pool] = false;
                Inputs[n] = Inputs[pool];
            }
        }

        return pools;
    }

    /// <summary>
    /// Takes each BatchNorm that nothing but a spiking neuron reads out of the graph: the two run as one, and what lies between them is
    /// never stored. Where only statistics are asked for, the current between them is what is asked for.
    /// </summary>
    private int[] FuseNorms()
    {
        var norms = NoNodes();
        for (var n = 0; n < Nodes.Length; n++)
        {
            if (!Spikes(n) || !traits[n].IsFused || Layers[n] >= 0 || Mode == PassMode.BatchStatistics)
            {
                continue;
            }

            var norm = Inputs[n][0];
            if (traits[norm].IsNormalisation && norm != Last && IsReadOnce(norm))
            {
                norms[n] = norm;
                active[norm] = false;
                Inputs[n] = [Inputs[norm][0]];
            }
        }

        return norms;
    }

    /// <summary>Layout of a node's value, as floats.</summary>
    private static ActivationShape Lay(SpikingModel model, int node, int[] borders, LaneLayout lanes)
    {
        var shape = model.Shapes[node];
        return new ActivationShape(shape.Channels, shape.Rows, shape.Columns, borders[node], lanes);
    }

    /// <summary>
    /// The border of zeros of each value: as wide as who reads it reaches over the edge, or, backward, whoever reads its gradient. Values that
    /// may share a buffer share its border.
    /// </summary>
    private int[] Borders()
    {
        var group = new int[Nodes.Length];
        for (var n = 0; n < Nodes.Length; n++)
        {
            group[n] = n;
            foreach (var input in Nodes[n].Inputs)
            {
                if (traits[n].PassesGradientOn || !traits[n].Overwrites.IsNever)
                {
                    var (from, to) = (group[input], group[n]);
                    group = Array.ConvertAll(group, each => each == from ? to : each);
                }
            }
        }

        var borders = new int[Nodes.Length];
        for (var n = 0; n < Nodes.Length; n++)
        {
            var border = traits[n].Border;
            foreach (var value in Nodes[n].Inputs.Concat(HasBackward ? [n] : []))
            {
                borders[group[value]] = Math.Max(borders[group[value]], border);
            }
        }

        return Array.ConvertAll(group, each => borders[each]);
    }

    private int[] NoNodes()
    {
        var nodes = new int[Nodes.Length];
        Array.Fill(nodes, -1);
        return nodes;
    }

    private bool IsReadOnce(int node) => Readers(node).Take(2).Count() == 1;

    private IEnumerable<int> Readers(int node) =>
        from reader in Enumerable.Range(node + 1, Nodes.Length - node - 1)
        where active[reader]
        from input in Inputs[reader]
        where input == node
        select reader;

    private int ReadThrough(int node) => active[node] ? node : ReadThrough(Nodes[node].Inputs.Head);
}
