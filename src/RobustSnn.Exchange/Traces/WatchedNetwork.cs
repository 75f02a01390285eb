using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Traces;

/// <summary>
/// A network that computes the same and whose currents can be looked at: before each layer of neurons stands a mean of single values, so that no
/// plan makes spikes straight from what is before the current.
/// </summary>
internal static class WatchedNetwork
{
    private const string Suffix = ".current";

    /// <summary>A copy of the model, the caller's to dispose.</summary>
    public static SpikingModel Of(SpikingModel model)
    {
        var watched = new SpikingModel(Of(model.Network), model.Backend);
        try
        {
            foreach (ParameterTensor parameter in watched.Parameters.All)
            {
                ParameterTensor source = model.Parameters[parameter.Name];
                if (source.Pattern is { } pattern)
                {
                    watched.Parameters.Prune(parameter.Name, pattern);
                }

                parameter.Value.Upload(source.Value.ToArray());
            }

            return watched;
        }
        catch
        {
            watched.Dispose();
            throw;
        }
    }

    private static Network Of(Network network)
    {
        var nodes = new List<Node>();
        var places = new List<int>();
        foreach (Node node in network.Nodes)
        {
            FSharpList<int> inputs = ListModule.OfSeq(node.Inputs.Select(input => places[input]));
            if (node.Operation.IsNeuron)
            {
                nodes.Add(new Node(node.Name + Suffix, Operation.NewAveragePool(1), inputs));
                inputs = ListModule.OfArray([nodes.Count - 1]);
            }

            nodes.Add(new Node(node.Name, node.Operation, inputs));
            places.Add(nodes.Count - 1);
        }

        return new Network(network.Architecture, network.Input, network.Classes, network.Neurons, ListModule.OfSeq(nodes));
    }
}
