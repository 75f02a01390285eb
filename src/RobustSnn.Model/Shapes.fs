namespace RobustSnn.Model

open System

/// The shape that every node of a network gives, inferred from the image's: nobody types in the size of a flattened layer.
module Shapes =
    let private require condition message = if condition then Ok() else Error message

    /// All conditions hold, or the first broken one's message.
    let private requireAll conditions =
        conditions
        |> List.tryFind (fun (condition, _) -> not condition)
        |> Option.map (snd >> Error)
        |> Option.defaultValue (Ok())

    /// Can so many values be indexed by a 32-bit integer? In floating point, because the product may wrap even 64 bits.
    let private fits (sizes: int64 list) =
        List.fold (fun product size -> product * float size) 1.0 sizes <= float Int32.MaxValue

    let private activation (channels: int) (rows: int64) (columns: int64) =
        require
            (fits [ int64 channels; rows; columns ])
            $"gives {channels} × {rows} × {columns} values, more than the {Int32.MaxValue} that one sample can have"
        |> Result.map (fun () ->
            { Channels = channels
              Rows = int rows
              Columns = int columns })

    let private normalise (mean: float list) (deviation: float list) (image: Shape) =
        let channelwise what (values: float list) =
            values.Length = image.Channels,
            $"Normalise expects one {what} for each of the image's {image.Channels} channels, found {values.Length}"

        requireAll
            [ channelwise "mean" mean
              channelwise "deviation" deviation
              List.forall (float32 >> Single.IsFinite) mean, "Normalise expects finite means, in single precision"
              List.forall (fun each -> Single.IsFinite(float32 each) && float32 each > 0.0f) deviation,
              "Normalise expects finite deviations above 0, in single precision" ]
        |> Result.map (fun () -> image)

    let private convolution (settings: Convolution) (input: Shape) =
        // 64 bits, because a malformed kernel or padding may be anything.
        let kernel, stride = int64 settings.Kernel, int64 settings.Stride
        let padded size = int64 size + 2L * int64 settings.Padding
        let smallest = padded (min input.Rows input.Columns)
        let weights = [ int64 settings.Outputs; int64 input.Channels; kernel; kernel ]

        requireAll
            [ settings.Outputs >= 1, $"Convolution expects at least 1 output channel, found {settings.Outputs}"
              kernel >= 1L, $"Convolution expects a kernel of at least 1, found {kernel}"
              stride >= 1L, $"Convolution expects a stride of at least 1, found {stride}"
              settings.Padding >= 0, $"Convolution expects a padding of at least 0, found {settings.Padding}"
              kernel <= smallest,
              $"Convolution expects at least {kernel} rows and columns for its kernel, "
              + $"the layer before it gives {input}, {smallest} with padding"
              fits weights,
              $"Convolution's {settings.Outputs} outputs of {input.Channels} × {kernel} × {kernel} weights each "
              + $"are more than {Int32.MaxValue} weights" ]
        |> Result.bind (fun () ->
            let extent size = (padded size - kernel) / stride + 1L

            activation settings.Outputs (extent input.Rows) (extent input.Columns)
            |> Result.mapError (fun message -> $"Convolution {message}"))

    let private linear (outputs: int) (input: Shape) =
        requireAll
            [ outputs >= 1, $"Linear expects at least 1 output, found {outputs}"
              fits [ int64 outputs; int64 input.Count ],
              $"Linear's {outputs} outputs of {input.Count} inputs each ({input}) are more than {Int32.MaxValue} weights" ]
        |> Result.map (fun () ->
            { Channels = outputs
              Rows = 1
              Columns = 1 })

    let private pool operation size (input: Shape) =
        requireAll
            [ size >= 1, $"{operation} expects a size of at least 1, found {size}"
              size >= 1 && input.Rows % size = 0 && input.Columns % size = 0,
              $"{operation} expects rows and columns that {size} divides, the layer before it gives {input}" ]
        |> Result.map (fun () ->
            { input with
                Rows = input.Rows / size
                Columns = input.Columns / size })

    let private overlappingMaxPool (window: PoolWindow) (input: Shape) =
        // 64 bits, because a malformed window may be anything.
        let size, stride, padding = int64 window.Size, int64 window.Stride, int64 window.Padding
        let smallest = int64 (min input.Rows input.Columns) + 2L * padding

        requireAll
            [ size >= 1L, $"OverlappingMaxPool expects a size of at least 1, found {size}"
              stride >= 1L, $"OverlappingMaxPool expects a stride of at least 1, found {stride}"
              padding >= 0L && 2L * padding <= size,
              $"OverlappingMaxPool expects a padding from 0 to half of its size {size}, found {padding}"
              padding < int64 (min input.Rows input.Columns),
              $"OverlappingMaxPool expects a padding below the map's rows and columns, found {padding}, the layer before it gives {input}"
              size <= smallest,
              $"OverlappingMaxPool expects at least {size} rows and columns for its windows, "
              + $"the layer before it gives {input}, {smallest} with padding" ]
        |> Result.map (fun () ->
            let extent count = int ((int64 count + 2L * padding - size) / stride) + 1

            { input with
                Rows = extent input.Rows
                Columns = extent input.Columns })

    let private sum operation (shortcut: Node, shortcutShape: Shape) (residual: Node, residualShape: Shape) =
        require
            (shortcutShape = residualShape)
            ($"{operation} expects two equal shapes, its shortcut {shortcut.Name} gives {shortcutShape}, "
             + $"its residual {residual.Name} gives {residualShape}")
        |> Result.map (fun () -> shortcutShape)

    let private output (network: Network) (node: Node) (inputs: (Node * Shape) list) =
        let one operation =
            Error $"{operation} expects 1 node to read, found {inputs.Length}"

        let two operation =
            match inputs with
            | [ shortcut; residual ] -> sum operation shortcut residual
            | _ -> Error $"{operation} expects 2 nodes to read, the shortcut and the residual, found {inputs.Length}"

        match node.Operation, inputs with
        | Normalise(mean, deviation), _ -> normalise mean deviation network.Input
        | WeightedSum, _ -> two "WeightedSum"
        | Sum, _ -> two "Sum"
        | Convolution settings, [ _, input ] -> convolution settings input
        | Convolution _, _ -> one "Convolution"
        | Linear(outputs, _), [ _, input ] -> linear outputs input
        | Linear _, _ -> one "Linear"
        | AveragePool size, [ _, input ] -> pool "AveragePool" size input
        | AveragePool _, _ -> one "AveragePool"
        | MaxPool size, [ _, input ] -> pool "MaxPool" size input
        | MaxPool _, _ -> one "MaxPool"
        | OverlappingMaxPool window, [ _, input ] -> overlappingMaxPool window input
        | OverlappingMaxPool _, _ -> one "OverlappingMaxPool"
        | GlobalAveragePool, [ _, input ] -> Ok { input with Rows = 1; Columns = 1 }
        | GlobalAveragePool, _ -> one "GlobalAveragePool"
        | Dropout rate, [ _, input ] ->
            require (rate >= 0.0 && rate < 1.0) $"Dropout expects a rate from 0 to below 1, found {rate}"
            |> Result.map (fun () -> input)
        | Dropout _, _ -> one "Dropout"
        | (BatchNorm | Relu | Neuron _), [ _, input ] -> Ok input
        | BatchNorm, _ -> one "BatchNorm"
        | Relu, _ -> one "Relu"
        | Neuron _, _ -> one "Neuron"

    let private place index (node: Node) =
        match node.Operation with
        | Normalise _ -> require (index = 0) $"Normalise expects to be node 0, which reads the image, found it at node {index}"
        | _ -> require (index > 0) "node 0 expects to be Normalise, which reads the image, found another operation"

    let private earlier index (node: Node) =
        match node.Inputs |> List.tryFind (fun input -> input < 0 || input >= index) with
        | Some input when index = 0 -> Error $"expects to read no node, the image alone, found node {input}"
        | Some input -> Error $"expects to read nodes before it (0 to {index - 1}), found node {input}"
        | None -> Ok()

    let private wholeNetwork (network: Network) =
        let input = network.Input

        let unnamed = network.Nodes |> List.tryFindIndex (fun node -> String.IsNullOrWhiteSpace node.Name)

        let twice =
            network.Nodes
            |> List.indexed
            |> List.groupBy (fun (_, node) -> node.Name)
            |> List.tryPick (function
                | name, (first, _) :: (second, _) :: _ ->
                    Some $"{name}: nodes {first} and {second} share this name, every node expects its own"
                | _ -> None)

        match unnamed, twice with
        | _ when network.Nodes.IsEmpty -> Error "the network has no nodes, expected Normalise and at least one more"
        | _ when network.Classes < 1 -> Error $"the network expects at least 1 class, found {network.Classes}"
        | _ when input.Channels < 1 || input.Rows < 1 || input.Columns < 1 ->
            Error $"the network's input expects at least 1 × 1 × 1, found {input}"
        | Some index, _ -> Error $"node {index} has no name, every node expects its own"
        | None, Some message -> Error message
        | None, None ->
            activation input.Channels input.Rows input.Columns
            |> Result.mapError (fun message -> $"the network's input {message}")

    let private result (network: Network) (shapes: Shape list) =
        let last = List.last network.Nodes
        let shape = List.last shapes

        require
            (shape = { Channels = network.Classes; Rows = 1; Columns = 1 })
            $"{last.Name}: the last node expects {network.Classes} outputs, one a class, found {shape.Count} ({shape})"
        |> Result.map (fun () -> shapes)

    /// The shape of one sample's activation at every node, in the order of the nodes; or why the network cannot be computed: the
    /// node, what it expects and what it found. Any malformed network gives an Error, never an exception.
    let infer (network: Network) : Result<Shape list, string> =
        let nodes = List.toArray network.Nodes

        let step known (index, node: Node) =
            known
            |> Result.bind (fun (shapes: Map<int, Shape>) ->
                place index node
                |> Result.bind (fun () -> earlier index node)
                |> Result.map (fun () -> node.Inputs |> List.map (fun input -> nodes[input], shapes[input]))
                |> Result.bind (output network node)
                |> Result.map (fun shape -> shapes.Add(index, shape))
                |> Result.mapError (fun message -> $"{node.Name}: {message}"))

        wholeNetwork network
        |> Result.bind (fun _ -> List.indexed network.Nodes |> List.fold step (Ok Map.empty))
        |> Result.bind (fun shapes -> result network (shapes |> Map.toList |> List.map snd))

    /// As infer. Throws BadInputException with infer's message.
    let inferOrFail (network: Network) : Shape list =
        match infer network with
        | Ok shapes -> shapes
        | Error message -> raise (BadInputException $"The network {network.Architecture} cannot be used: {message}.")
