namespace RobustSnn.Model

/// ANN to SNN as a rewrite of the network's description (METHODS 6, step 1). Weights, thresholds and BatchNorm statistics are the
/// caller's: the new network has every parameter of the old one, under the same name, and biases and thresholds besides.
module Conversion =
    /// Every activation becomes a neuron with the given dynamics, and layers get biases as in the reference, which start at 0: linear
    /// layers always, convolutions in networks without shortcuts only. There the reference lets the caller choose; its residual
    /// networks fix theirs to none. A network that already spikes only changes its dynamics. The old network stays as it was.
    /// Throws BadInputException where the leak is outside (0, 1].
    let toSpiking (neurons: NeuronModel) (network: Network) : Network =
        if not (neurons.Leak > 0.0 && neurons.Leak <= 1.0) then
            raise (BadInputException $"A neuron's leak expects a number above 0, at most 1, found {neurons.Leak}. The papers use 1.")

        let residual =
            network.Nodes
            |> List.exists (fun node -> node.Operation = WeightedSum || node.Operation = Sum)

        let spiking operation =
            match operation with
            | Relu -> Neuron Shared
            | Linear(outputs, _) -> Linear(outputs, true)
            | Convolution settings -> Convolution { settings with Bias = settings.Bias || not residual }
            | Normalise _
            | BatchNorm
            | Neuron _
            | AveragePool _
            | MaxPool _
            | OverlappingMaxPool _
            | GlobalAveragePool
            | WeightedSum
            | Sum
            | Dropout _ -> operation

        { network with
            Neurons = neurons
            Nodes = network.Nodes |> List.map (fun node -> { node with Operation = spiking node.Operation }) }
