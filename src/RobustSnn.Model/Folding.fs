namespace RobustSnn.Model

/// A BatchNorm that has become part of the convolution or linear layer before it, by their names: with running statistics (m, v),
/// scale g and shift s, w·x + b becomes (w·g/√(v + eps))·x + (b − m)·g/√(v + eps) + s.
type FoldedNorm = { Layer: string; BatchNorm: string }

/// A network without its foldable BatchNorms, and what went where: in the order of the network, first things first for a layer that
/// has taken in several.
type FoldedNetwork =
    { Network: Network
      Folds: FoldedNorm list }

/// BatchNorm with constant statistics is a factor and a summand a channel, which the layer before it can have in its weights and bias.
module Folding =
    let private biased operation =
        match operation with
        | Convolution settings -> Some(Convolution { settings with Bias = true })
        | Linear(outputs, _) -> Some(Linear(outputs, true))
        | Normalise _
        | BatchNorm
        | Relu
        | Neuron _
        | AveragePool _
        | MaxPool _
        | OverlappingMaxPool _
        | GlobalAveragePool
        | WeightedSum
        | Sum
        | Dropout _ -> None

    /// The first BatchNorm that is the only reader of a convolution or linear layer: the layer's index, its operation with a bias, and
    /// the BatchNorm's index.
    let private foldable (nodes: Node array) =
        let readers = nodes |> Seq.collect (fun node -> node.Inputs) |> Seq.countBy id |> Map.ofSeq

        nodes
        |> Seq.indexed
        |> Seq.tryPick (fun (norm, node) ->
            match node.Operation, node.Inputs with
            | BatchNorm, [ layer ] when readers[layer] = 1 ->
                biased nodes[layer].Operation |> Option.map (fun operation -> layer, operation, norm)
            | _ -> None)

    /// The layer takes its BatchNorm's place, so that the last node stays the last.
    let private merge (nodes: Node array) (layer, operation, norm) =
        let moved = { nodes[layer] with Operation = operation }

        nodes
        |> Array.updateAt norm moved
        |> Array.removeAt layer
        |> Array.map (fun node ->
            { node with Inputs = node.Inputs |> List.map (fun input -> if input > layer then input - 1 else input) })

    let rec private fold folds (nodes: Node array) =
        match foldable nodes with
        | None -> List.rev folds, nodes
        | Some(layer, _, norm as found) ->
            fold ({ Layer = nodes[layer].Name; BatchNorm = nodes[norm].Name } :: folds) (merge nodes found)

    /// Every BatchNorm that alone reads a convolution or linear layer disappears, and that layer has a bias; those elsewhere, as before
    /// an activation of a wide residual network's block, stay. Nodes that stay keep their names. Values are the caller's to fold. For
    /// networks that Shapes.infer accepts.
    let ofNetwork (network: Network) : FoldedNetwork =
        let folds, nodes = fold [] (List.toArray network.Nodes)

        { Network = { network with Nodes = List.ofArray nodes }
          Folds = folds }
