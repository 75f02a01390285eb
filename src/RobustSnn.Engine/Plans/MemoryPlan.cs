using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>
/// Which buffer holds which value of a pass, decided before anything is allocated. Buffers are shared one after the other by values of
/// the same shape only, so that their borders stay zero.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly PlanGraph graph;
    private readonly List<ActivationShape> slots = [];
    private readonly List<int> holders = [];

    public MemoryPlan(PlanGraph graph)
    {
        this.graph = graph;
        var count = graph.Nodes.Length;
        Output = Filled(count);
        Membrane = Filled(count);
        Gradient = Filled(count);
        Accumulate = Array.ConvertAll(graph.Inputs, inputs => new bool[inputs.Length]);
        NeedsGradient = new bool[count];
        PlanForward();
        if (graph.HasBackward)
        {
            PlanBackward();
        }
    }

    /// <summary>Shape of each buffer.</summary>
    public IReadOnlyList<ActivationShape> Slots => slots;

    /// <summary>Buffer of each node's value; −1 for a node that does nothing.</summary>
    public int[] Output { get; }

    /// <summary>Buffer of the membranes that a neuron's backward pass needs, or −1.</summary>
    public int[] Membrane { get; }

    /// <summary>Buffer of the gradient of each node's value, or −1 where none is computed.</summary>
    public int[] Gradient { get; }

    /// <summary>For each node and input: whether the input's gradient already holds another reader's share.</summary>
    public bool[][] Accumulate { get; }

    /// <summary>Whether the gradient of a node's value is wanted.</summary>
    public bool[] NeedsGradient { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes => slots.Sum(shape => shape.Length * sizeof(float));

    private static int[] Filled(int count)
    {
        var values = new int[count];
        Array.Fill(values, -1);
        return values;
    }

    private void PlanForward()
    {
        var unread = (int[])graph.Reads.Clone();
        for (var n = 0; n < graph.Nodes.Length; n++)
        {
            if (!graph.IsActive(n))
            {
                continue;
            }

            if (graph.Spikes(n) && graph.HasBackward)
            {
                // membranes lie over the currents that they are made from; spikes get a buffer of their own
                Membrane[n] = graph.MayOverwrite(n) ? Output[graph.Inputs[n][0]] : Take(graph.Shapes[n]);
                holders[Membrane[n]]++;
                Output[n] = Take(graph.Shapes[n]);
            }
            else
            {
                Output[n] = Overwrites(n) ? Output[graph.Inputs[n][0]] : Take(graph.Shapes[n]);
            }

            holders[Output[n]]++;
            foreach (var input in graph.Inputs[n])
            {
                if (--unread[input] == 0 && !IsKept(input))
                {
                    holders[Output[input]]--;
                }
            }
        }
    }

    /// <summary>Whether a node's value replaces its input's in the same buffer.</summary>
    private bool Overwrites(int node)
    {
        var operation = graph.Nodes[node].Operation;
        var elementwise = operation.IsRelu || operation.IsNeuron || operation.IsDropout
            || (operation.IsBatchNorm && graph.Mode != PassMode.Training); // training's backward pass needs BatchNorm's input
        return elementwise && graph.MayOverwrite(node);
    }

    /// <summary>Whether the backward pass, or the caller, needs a value after the forward pass has read it.</summary>
    private bool IsKept(int node)
    {
        if (node == graph.Last || graph.Mode == PassMode.Training)
        {
            return true;
        }

        return graph.Mode == PassMode.InputGradient && graph.IsRelu(node);
    }

    private void PlanBackward()
    {
        for (var n = 0; n < graph.Nodes.Length; n++)
        {
            NeedsGradient[n] = graph.IsActive(n)
                && (graph.Mode == PassMode.InputGradient || HasParameters(graph.Nodes[n].Operation) || IsReadElementwise(n)
                    || Array.Exists(graph.Inputs[n], input => NeedsGradient[input]));
        }

        Gradient[graph.Last] = Take(graph.Shapes[graph.Last]);
        holders[Gradient[graph.Last]]++;
        for (var n = graph.Last; n >= 0; n--)
        {
            if (Gradient[n] < 0)
            {
                continue;
            }

            for (var i = 0; i < graph.Inputs[n].Length; i++)
            {
                var input = graph.Inputs[n][i];
                if (!NeedsGradient[input])
                {
                    continue;
                }

                Accumulate[n][i] = Gradient[input] >= 0;
                if (!Accumulate[n][i])
                {
                    Gradient[input] = PassesOn(n, i) ? Gradient[n] : Take(graph.Shapes[input]);
                    holders[Gradient[input]]++;
                }
            }

            holders[Gradient[n]]--;
        }
    }

    /// <summary>Whether the gradient of an input is computed in place from that of the node: element-wise, and the last to read the node's.</summary>
    private bool PassesOn(int node, int input)
    {
        var operation = graph.Nodes[node].Operation;
        var source = graph.Inputs[node][input];
        return (operation.IsBatchNorm || operation.IsRelu || operation.IsNeuron || operation.IsDropout || operation.IsWeightedSum)
            && input == graph.Inputs[node].Length - 1 && graph.Reads[source] == 1 && graph.Shapes[node] == graph.Shapes[source];
    }

    /// <summary>
    /// Whether BatchNorm or a neuron reads the node: they make the gradients of their parameters together with that of their input, which
    /// is then wanted even of the image.
    /// </summary>
    private bool IsReadElementwise(int node)
    {
        for (var reader = node + 1; reader < graph.Nodes.Length; reader++)
        {
            var operation = graph.Nodes[reader].Operation;
            if ((operation.IsBatchNorm || operation.IsNeuron) && graph.Inputs[reader].Contains(node))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasParameters(Operation operation) =>
        operation.IsConvolution || operation.IsLinear || operation.IsBatchNorm || operation.IsNeuron || operation.IsWeightedSum;

    /// <summary>A buffer that nobody holds any more, or a new one.</summary>
    private int Take(ActivationShape shape)
    {
        for (var slot = 0; slot < slots.Count; slot++)
        {
            if (holders[slot] == 0 && slots[slot] == shape)
            {
                return slot;
            }
        }

        slots.Add(shape);
        holders.Add(0);
        return slots.Count - 1;
    }
}
