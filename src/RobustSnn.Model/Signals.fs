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

/// Windows that an operation slides over rows and columns; positions of padding are none.
[<Struct>]
type SpikeWindow =
    { Rows: int
      Columns: int
      StrideRows: int
      StrideColumns: int
      Padding: int }

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
                | OverlappingMaxPool _
                | GlobalAveragePool
                | WeightedSum
                | Sum
                | Dropout _ -> joined inputs

            known.Add(index, signal)

        network.Nodes |> List.indexed |> List.fold step Map.empty |> Map.toList |> List.map snd

    /// The windows of what a node reads, each of which one position of its value is made of, where it passes spikes on.
    let window (operation: Operation) (input: Shape) : SpikeWindow =
        let square size stride padding =
            { Rows = size
              Columns = size
              StrideRows = stride
              StrideColumns = stride
              Padding = padding }

        match operation with
        | AveragePool size
        | MaxPool size -> square size size 0
        | OverlappingMaxPool window -> square window.Size window.Stride window.Padding
        | GlobalAveragePool ->
            { Rows = input.Rows
              Columns = input.Columns
              StrideRows = input.Rows
              StrideColumns = input.Columns
              Padding = 0 }
        | Normalise _
        | Convolution _
        | Linear _
        | BatchNorm
        | Relu
        | Neuron _
        | WeightedSum
        | Sum
        | Dropout _ -> square 1 1 0
