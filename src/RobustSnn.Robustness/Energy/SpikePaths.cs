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
                var entering = Spread(here, model.Shapes[n], model.Shapes[input],
                    Signals.window(model.Network.Nodes[n].Operation, model.Shapes[input]));
                reached[input] = reached[input] is { } before ? Merged(before, entering, model.Network.Nodes[input].Name) : entering;
            }
        }

        found.Reverse();
        return found;
    }

    /// <summary>What each place of a node's input is worth: all the places that it enters; what is in no window enters none.</summary>
    private static long[] Spread(long[] worth, Shape shape, Shape input, SpikeWindow window)
    {
        var entering = new long[input.Count];
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

        return entering;
    }

    /// <summary>By a second way the same places are entered, unless windows overlap on one way and not on the other.</summary>
    /// <exception cref="BadInputException">They do: how many places are entered, the two numbers do not say.</exception>
    private static long[] Merged(long[] first, long[] second, string name)
    {
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] != second[i] && first[i] > 0 && second[i] > 0)
            {
                throw new BadInputException(
                    $"{name}: its values come to a sum in two ways, by windows that overlap and by others; expected the same windows. How many connections "
                    + "they have there cannot be counted");
            }
        }

        return [.. first.Zip(second, Math.Max)];
    }
}
