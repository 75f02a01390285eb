using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Energy;

/// <summary>From a value that carries spikes (<see cref="Signal.Spikes"/>) back to the neurons that they are of.</summary>
internal static class SpikePaths
{
    /// <summary>
    /// The neurons whose spikes a value is made of, and what each of them is worth: as much as the places of the value that its spike enters.
    /// A neuron before a pool is worth what the pooled values are whose windows it is in; one that comes to a place in two ways is counted there
    /// once.
    /// </summary>
    /// <param name="node">A node that carries spikes.</param>
    /// <param name="worth">(channel, row, column) of that node.</param>
    /// <returns>Neuron nodes, ascending, and the worth of their neurons (channel, row, column).</returns>
    public static IReadOnlyList<(int Neurons, long[] Worth)> ToNeurons(SpikingModel model, int node, long[] worth)
    {
        var reached = new long[]?[node + 1];
        reached[node] = worth;
        var found = new List<(int Neurons, long[] Worth)>();
        for (var n = node; n >= 0; n--)
        {
            if (reached[n] is not { } here)
            {
                continue;
            }

            if (Traits.ofOperation(model.Network.Nodes[n].Operation).Fires)
            {
                found.Add((n, here));
                continue;
            }

            foreach (var input in model.Network.Nodes[n].Inputs)
            {
                Spread(here, model.Shapes[n], reached[input] ??= new long[model.Shapes[input].Count], model.Shapes[input],
                    Signals.window(model.Network.Nodes[n].Operation, model.Shapes[input]));
            }
        }

        found.Reverse();
        return found;
    }

    /// <summary>Gives each place of what a node reads the worth of the places that it enters; what is in no window enters none.</summary>
    private static void Spread(long[] worth, Shape shape, long[] target, Shape input, SpikeWindow window)
    {
        var entering = new long[target.Length];
        for (var place = 0; place < worth.Length; place++)
        {
            var (line, column) = Math.DivRem(place, shape.Columns);
            var (channel, row) = Math.DivRem(line, shape.Rows);
            for (var inWindow = 0; inWindow < window.Rows * window.Columns; inWindow++)
            {
                var inputRow = row * window.StrideRows - window.Padding + inWindow / window.Columns;
                var inputColumn = column * window.StrideColumns - window.Padding + inWindow % window.Columns;
                if ((uint)inputRow < (uint)input.Rows && (uint)inputColumn < (uint)input.Columns)
                {
                    entering[(channel * input.Rows + inputRow) * input.Columns + inputColumn] += worth[place];
                }
            }
        }

        for (var i = 0; i < target.Length; i++)
        {
            target[i] = Math.Max(target[i], entering[i]);
        }
    }
}
