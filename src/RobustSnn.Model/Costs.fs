namespace RobustSnn.Model

/// What a convolution or linear layer costs for one sample and one timestep, dense. A bias is not counted.
type LayerCost =
    {
        Name: string
        /// Multiply-accumulates, those with the zeros around the border included.
        Macs: int64
        /// Number of weights.
        Weights: int64
        /// Number of values that it gives: channels × rows × columns.
        Outputs: int
    }

    /// Multiply-accumulates with so many of the weights left: each is used once at every output position.
    member cost.MacsWith(keptWeights: int64) =
        cost.Macs / cost.Weights * keptWeights

module Costs =
    /// One cost for every convolution and linear layer, in the order of the nodes.
    /// Throws BadInputException where Shapes.infer refuses the network.
    let ofNetwork (network: Network) : LayerCost list =
        let shapes = Shapes.inferOrFail network |> List.toArray

        Parameters.ofNetwork network
        |> List.filter (fun parameter -> parameter.Kind = ParameterKind.Weight)
        |> List.map (fun weight ->
            let output = shapes[weight.Node]

            { Name = network.Nodes[weight.Node].Name
              Macs = int64 weight.Count * int64 output.Rows * int64 output.Columns
              Weights = int64 weight.Count
              Outputs = output.Count })

    /// Number of neurons: values that pass an activation, of an ANN or an SNN (METHODS 2).
    /// Throws BadInputException where Shapes.infer refuses the network.
    let neurons (network: Network) : int =
        List.zip network.Nodes (Shapes.inferOrFail network)
        |> List.sumBy (fun (node, shape) ->
            match node.Operation with
            | Relu
            | Neuron _ -> shape.Count
            | Normalise _
            | Convolution _
            | Linear _
            | BatchNorm
            | AveragePool _
            | MaxPool _
            | OverlappingMaxPool _
            | GlobalAveragePool
            | WeightedSum
            | Sum
            | Dropout _ -> 0)
