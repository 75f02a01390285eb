namespace RobustSnn.Model

/// What a tensor of a network is for.
[<RequireQualifiedAccess>]
type ParameterKind =
    /// Of a convolution, (outputs, inputs, kernel, kernel), or a linear layer, (outputs, inputs).
    | Weight
    /// Of a convolution or a linear layer, (outputs).
    | Bias
    /// BatchNorm's factor, (channels); PyTorch calls it weight.
    | Scale
    /// BatchNorm's summand, (channels); PyTorch calls it bias.
    | Shift
    /// BatchNorm's running statistics, (channels).
    | RunningMean
    | RunningVariance
    /// A neuron layer's v_th: a scalar (METHODS 1), or (channels).
    | Threshold
    /// (a, b) of a weighted sum, (2) (METHODS 2).
    | Coefficients

/// One tensor of a network's state. Dimensions are outermost first; a scalar has none. Node is the index of the node that owns it.
type Parameter =
    { Name: string
      Kind: ParameterKind
      Dimensions: int list
      Node: int }

    /// Number of values.
    member parameter.Count = List.fold (*) 1 parameter.Dimensions

    /// May pruning set single values to zero (METHODS 5)?
    member parameter.Prunable = parameter.Kind = ParameterKind.Weight

    /// Does the optimiser change it? Running statistics are measured, not learned.
    member parameter.Trainable =
        match parameter.Kind with
        | ParameterKind.RunningMean
        | ParameterKind.RunningVariance -> false
        | ParameterKind.Weight
        | ParameterKind.Bias
        | ParameterKind.Scale
        | ParameterKind.Shift
        | ParameterKind.Threshold
        | ParameterKind.Coefficients -> true

module Parameters =
    let private ofNode (shapes: Shape array) index (node: Node) =
        let parameter suffix kind dimensions =
            { Name = $"{node.Name}.{suffix}"
              Kind = kind
              Dimensions = dimensions
              Node = index }

        let input () = shapes[node.Inputs.Head]
        let channels = shapes[index].Channels
        let bias present = if present then [ parameter "bias" ParameterKind.Bias [ channels ] ] else []

        match node.Operation with
        | Convolution settings ->
            parameter "weight" ParameterKind.Weight [ settings.Outputs; input().Channels; settings.Kernel; settings.Kernel ]
            :: bias settings.Bias
        | Linear(outputs, biased) -> parameter "weight" ParameterKind.Weight [ outputs; input().Count ] :: bias biased
        | BatchNorm ->
            [ parameter "weight" ParameterKind.Scale [ channels ]
              parameter "bias" ParameterKind.Shift [ channels ]
              parameter "running_mean" ParameterKind.RunningMean [ channels ]
              parameter "running_var" ParameterKind.RunningVariance [ channels ] ]
        | Neuron Shared -> [ parameter "v_th" ParameterKind.Threshold [] ]
        | Neuron Channelwise -> [ parameter "v_th" ParameterKind.Threshold [ channels ] ]
        | WeightedSum -> [ parameter "comb" ParameterKind.Coefficients [ 2 ] ]
        | Normalise _
        | Relu
        | AveragePool _
        | MaxPool _
        | OverlappingMaxPool _
        | GlobalAveragePool
        | Sum
        | Dropout _ -> []

    /// Every tensor of the network, in the order of the nodes, named as in the state_dict of the reference's PyTorch models.
    /// Throws BadInputException where Shapes.infer refuses the network.
    let ofNetwork (network: Network) : Parameter list =
        let shapes = Shapes.inferOrFail network |> List.toArray
        network.Nodes |> List.mapi (ofNode shapes) |> List.concat
