using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>
/// Which buffer holds which value of a pass, decided before anything is allocated. Buffers are shared one after the other by values of
/// the same shape only, so that their borders stay zero.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly PlanGraph graph;
    private readonly List<ActivationShape> slots = [];
    private readonly List<int> holders = [];
    private readonly bool[] isKept;

    public MemoryPlan(PlanGraph graph)
    {
        this.graph = graph;
        var count = graph.Nodes.Length;
        Output = Filled(count);
        Membrane = Filled(count);
        Gradient = Filled(count);
        Accumulate = Array.ConvertAll(graph.Inputs, inputs => new bool[inputs.Length]);
        NeedsGradient = new bool[count];
        isKept = FindKept();
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
    public long Bytes => slots.Sum(shape => checked(shape.Length * sizeof(float)));

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

            if (graph.Spikes(n) && graph.HasBackward && graph.Norms[n] < 0)
            {
                // membranes lie over the currents that they are made from; spikes get a buffer of their own
                Membrane[n] = graph.MayOverwrite(n, graph.Floats(n)) ? Output[graph.Inputs[n][0]] : Take(graph.Floats(n));
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
                if (--unread[input] == 0 && !isKept[input])
                {
                    holders[Output[input]]--;
                }
            }
        }
    }

    /// <summary>Whether a node's value replaces its input's in the same buffer.</summary>
    private bool Overwrites(int node)
    {
        var overwrites = graph.Traits(node).Overwrites;
        var overlays = overwrites.IsAlways || (overwrites.IsWithFixedStatistics && graph.Mode != PassMode.Training);
        return overlays && graph.MayOverwrite(node, graph.Shapes[node]);
    }

    /// <summary>Which values the backward pass, or the caller, needs after the forward pass has read them.</summary>
    private bool[] FindKept()
    {
        var kept = new bool[graph.Nodes.Length];
        kept[graph.Last] = true;
        for (var n = 0; n < kept.Length; n++)
        {
            kept[n] |= graph.HasBackward && graph.Traits(n).GradientReadsSigns;
            foreach (var input in graph.Inputs[n])
            {
                kept[input] |= graph.IsActive(n) && graph.NeedsInput(n);
            }
        }

        return kept;
    }

    private void PlanBackward()
    {
        for (var n = 0; n < graph.Nodes.Length; n++)
        {
            NeedsGradient[n] = graph.IsActive(n)
                && (graph.Mode == PassMode.InputGradient || graph.Traits(n).IsTrainable || IsReadElementwise(n)
                    || Array.Exists(graph.Inputs[n], input => NeedsGradient[input]));
        }

        Gradient[graph.Last] = Take(graph.Floats(graph.Last));
        holders[Gradient[graph.Last]]++;
        for (var n = graph.Last; n >= 0; n--)
        {
            // whoever reads a value has been backward, so that its buffer is free for gradients, unless the node itself looks at it
            if (!graph.Traits(n).GradientReadsSigns)
            {
                ReleaseValue(n);
            }

            PlanBackward(n);
            if (graph.Traits(n).GradientReadsSigns)
            {
                ReleaseValue(n);
            }

            if (Membrane[n] >= 0)
            {
                holders[Membrane[n]]--;
            }
        }
    }

    private void ReleaseValue(int node)
    {
        if (graph.IsActive(node) && isKept[node] && node != graph.Last && graph.Reads[node] > 0)
        {
            holders[Output[node]]--;
        }
    }

    private void PlanBackward(int n)
    {
        if (Gradient[n] >= 0)
        {
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
                    Gradient[input] = PassesOn(n, i) ? Gradient[n] : Take(graph.Floats(input));
                    holders[Gradient[input]]++;
                }
            }

            holders[Gradient[n]]--;
        }
    }

    /// <summary>Whether the gradient of an input is computed in place from that of the node: element-wise, and the last to read the node's.</summary>
    private bool PassesOn(int node, int input)
    {
        var source = graph.Inputs[node][input];
        return graph.Traits(node).PassesGradientOn && input == graph.Inputs[node].Length - 1 && graph.Reads[source] == 1 && graph.Floats(node) == graph.Floats(source);
    }

    /// <summary>
    /// Whether BatchNorm or a neuron reads the node: these make the gradients of their parameters together with that of their input, which
    /// is then wanted even of the image.
    /// </summary>
    private bool IsReadElementwise(int node)
    {
        for (var reader = node + 1; reader < graph.Nodes.Length; reader++)
        {
            if (graph.Traits(reader).GradientsAreOne && graph.Inputs[reader].Contains(node))
            {
                return true;
            }
        }

        return false;
    }

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
