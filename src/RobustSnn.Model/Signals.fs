namespace RobustSnn.Model

/// What a node's value is while the network runs for its timesteps: what reading it costs depends on it (METHODS 9).
[<RequireQualifiedAccess>]
type Signal =
    /// The same at every timestep: of the image alone.
    | Static
    /// Spikes, and what is made of nothing but spikes without weights: their pools, their weighted sums. A BatchNorm only scales them; its
    /// shift is a bias to whoever reads it.
    | Spikes
    /// A number at every position and timestep: what layers give behind the first neuron.
    | Currents

module Signals =
    /// The signal of every node, for networks that Shapes.infer accepts, in the order of the nodes.
    let ofNetwork (network: Network) : Signal list =
        let joined (inputs: Signal list) =
            if inputs |> List.forall (fun input -> input = inputs.Head) then inputs.Head else Signal.Currents

        let weighed (inputs: Signal list) = if inputs.Head = Signal.Static then Signal.Static else Signal.Currents

        let step (known: Map<int, Signal>) (index, node: Node) =
            let inputs = node.Inputs |> List.map (fun input -> known[input])

            let signal =
                match node.Operation with
                | Normalise _ -> Signal.Static
                | Neuron _ -> Signal.Spikes
                | Convolution _
                | Linear _
                | Relu -> weighed inputs
                | BatchNorm
                | AveragePool _
                | MaxPool _
                | GlobalAveragePool
                | WeightedSum
                | Dropout _ -> joined inputs

            known.Add(index, signal)

        network.Nodes |> List.indexed |> List.fold step Map.empty |> Map.toList |> List.map snd

    /// The rows and columns of what a node reads that one position of its value is made of, where it passes spikes on.
    let window (operation: Operation) (input: Shape) : struct (int * int) =
        match operation with
        | AveragePool size
        | MaxPool size -> struct (size, size)
        | GlobalAveragePool -> struct (input.Rows, input.Columns)
        | Normalise _
        | Convolution _
        | Linear _
        | BatchNorm
        | Relu
        | Neuron _
        | WeightedSum
        | Dropout _ -> struct (1, 1)
