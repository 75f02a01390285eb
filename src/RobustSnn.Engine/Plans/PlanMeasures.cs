using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>Says what a plan will take, from its graph and memory alone.</summary>
internal sealed class PlanMeasures(SpikingModel model, PlanGraph graph, MemoryPlan memory, int batch)
{
    private bool Trains => graph.Mode == PassMode.Training;

    private bool TakesStatistics => graph.Mode is PassMode.Training or PassMode.BatchStatistics;

    public PlanMemory Memory() => new(Own(), model.Parameters.Bytes(Trains), model.Backend.WorkspaceBytes([.. Operations()]));

    /// <summary>Every buffer that <see cref="Plan"/> allocates.</summary>
    private long Own()
    {
        checked
        {
            var images = graph.Mode == PassMode.InputGradient ? 2 : 1;
            var logits = graph.HasBackward ? 2 : 1;
            var floats = (long)batch * ((long)images * model.PixelCount + (long)logits * model.Network.Classes);
            for (var n = 0; n < graph.Nodes.Length; n++)
            {
                floats += graph.Nodes[n].Operation is Operation.Normalise ? 2L * graph.Shapes[n].Channels : 0;
                var norm = graph.IsActive(n) && graph.Traits(n).IsNormalisation ? n : graph.Norms[n];
                floats += norm >= 0 && TakesStatistics ? 2L * graph.Shapes[norm].Channels : 0;
            }

            return memory.Bytes + floats * sizeof(float) + graph.Nodes.Length * sizeof(double) + (long)batch * sizeof(int);
        }
    }

    private IEnumerable<PlannedOperation> Operations()
    {
        for (var n = 0; n < graph.Nodes.Length; n++)
        {
            if (graph.IsActive(n))
            {
                yield return Operation(n);
            }
        }
    }

    private PlannedOperation Operation(int node)
    {
        var source = graph.Inputs[node] is [var first, ..] ? first : -1;
        var output = graph.Shapes[node];
        var input = source >= 0 ? graph.Shapes[source] : output;
        var layer = graph.Layers[node] >= 0 ? graph.Layers[node] : graph.Traits(node).IsConnection ? node : -1;
        return new PlannedOperation(input, output,
            layer >= 0 ? new PlannedLayer(model.Geometry(layer), model.Parameters[graph.Nodes[layer].Name + ".weight"].Pattern) : null,
            graph.Spikes(node), graph.Norms[node] >= 0 || graph.Traits(node).IsNormalisation, TakesStatistics,
            graph.HasBackward && source >= 0 && memory.Gradient[source] >= 0, Trains);
    }
}
