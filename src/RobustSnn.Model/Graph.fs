namespace RobustSnn.Model

/// What a network's graph says about when its values are needed. For networks that Shapes.infer accepts; lists are in the order of
/// the nodes.
module Graph =
    /// Is the node's value the same at every timestep? So it is where no neuron is at the node or before it: the image is the same
    /// at every timestep (METHODS 1), and such nodes are computed once a sample.
    let isStatic (network: Network) : bool list =
        let step (flags: Map<int, bool>) (index, node: Node) =
            flags.Add(index, not (Traits.ofOperation node.Operation).Fires && node.Inputs |> List.forall (fun input -> flags[input]))

        network.Nodes |> List.indexed |> List.fold step Map.empty |> Map.toList |> List.map snd

    /// The indices of the spiking neuron layers, ascending: the order in which thresholds are balanced (METHODS 6).
    let neurons (network: Network) : int list =
        network.Nodes
        |> List.indexed
        |> List.filter (fun (_, node) -> (Traits.ofOperation node.Operation).Fires)
        |> List.map fst
