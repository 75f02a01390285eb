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
    let private fits (sizes: int list) =
        List.fold (fun product size -> product * float size) 1.0 sizes <= float Int32.MaxValue

    let private activation channels rows columns =
        let sizes = [ channels; rows; columns ]

        require (fits sizes) $"gives {channels} × {rows} × {columns} values, more than the {Int32.MaxValue} that one sample can have"
        |> Result.map (fun () ->
            { Channels = channels
              Rows = rows
              Columns = columns })

    let private normalise (mean: float list) (deviation: float list) (image: Shape) =
        let channelwise what (values: float list) =
            values.Length = image.Channels, $"Normalise expects one {what} for each of the image's {image.Channels} channels, found {values.Length}"

        requireAll
            [ channelwise "mean" mean
              channelwise "deviation" deviation
              List.forall Double.IsFinite mean, "Normalise expects finite means"
              List.forall (fun each -> Double.IsFinite each && each > 0.0) deviation, "Normalise expects finite deviations above 0" ]
        |> Result.map (fun () -> image)

    /// Output rows or columns. 64 bits, because a malformed kernel or padding may be anything.
    let private extent (settings: Convolution) (size: int) =
        let padded = int64 size + 2L * int64 settings.Padding

        if int64 settings.Kernel > padded then
            Error
                $"Convolution expects at least {settings.Kernel} rows and columns for its kernel, the layer before it gives {size}, with padding {padded}"
        else
            let steps = (padded - int64 settings.Kernel) / int64 settings.Stride + 1L

            require (steps <= int64 Int32.MaxValue) $"Convolution with padding {settings.Padding} gives {steps} rows or columns, too many"
            |> Result.map (fun () -> int steps)

    let private convolution (settings: Convolution) (input: Shape) =
        let weights = [ settings.Outputs; input.Channels; settings.Kernel; settings.Kernel ]

        requireAll
            [ settings.Outputs >= 1, $"Convolution expects at least 1 output channel, found {settings.Outputs}"
              settings.Kernel >= 1, $"Convolution expects a kernel of at least 1, found {settings.Kernel}"
              settings.Stride >= 1, $"Convolution expects a stride of at least 1, found {settings.Stride}"
              settings.Padding >= 0, $"Convolution expects a padding of at least 0, found {settings.Padding}" ]
        |> Result.bind (fun () -> extent settings input.Rows)
        |> Result.bind (fun rows -> extent settings input.Columns |> Result.map (fun columns -> rows, columns))
        |> Result.bind (fun size ->
            require (fits weights) $"Convolution's {settings.Outputs} outputs of {input.Channels} × {settings.Kernel} × {settings.Kernel} weights are more than {Int32.MaxValue}"
            |> Result.map (fun () -> size))
        |> Result.bind (fun (rows, columns) -> activation settings.Outputs rows columns)

    let private linear outputs (input: Shape) =
        requireAll
            [ outputs >= 1, $"Linear expects at least 1 output, found {outputs}"
              fits [ outputs; input.Count ],
              $"Linear's {outputs} outputs of {input.Count} inputs ({input}) each are more than {Int32.MaxValue} weights" ]
        |> Result.bind (fun () -> activation outputs 1 1)

    let private averagePool size (input: Shape) =
        requireAll
            [ size >= 1, $"AveragePool expects a size of at least 1, found {size}"
              size >= 1 && input.Rows % size = 0 && input.Columns % size = 0,
              $"AveragePool expects rows and columns that {size} divides, the layer before it gives {input}" ]
        |> Result.bind (fun () -> activation input.Channels (input.Rows / size) (input.Columns / size))

    let private weightedSum (shortcut: Node, shortcutShape: Shape) (residual: Node, residualShape: Shape) =
        require
            (shortcutShape = residualShape)
            $"WeightedSum expects two equal shapes, its shortcut {shortcut.Name} gives {shortcutShape}, its residual {residual.Name} gives {residualShape}"
        |> Result.map (fun () -> shortcutShape)

    let private output (network: Network) (node: Node) (inputs: (Node * Shape) list) =
        let arity name expected =
            Error $"{name} expects {expected} to read, found {inputs.Length}"

        match node.Operation, inputs with
        | Normalise(mean, deviation), [] -> normalise mean deviation network.Input
        | Normalise _, _ -> arity "Normalise" "no node"
        | WeightedSum, [ shortcut; residual ] -> weightedSum shortcut residual
        | WeightedSum, _ -> arity "WeightedSum" "2 nodes, the shortcut and the residual,"
        | Convolution settings, [ _, input ] -> convolution settings input
        | Linear(outputs, _), [ _, input ] -> linear outputs input
        | AveragePool size, [ _, input ] -> averagePool size input
        | GlobalAveragePool, [ _, input ] -> activation input.Channels 1 1
        | Dropout rate, [ _, input ] ->
            require (rate >= 0.0 && rate < 1.0) $"Dropout expects a rate from 0 to below 1, found {rate}"
            |> Result.map (fun () -> input)
        | (BatchNorm | Relu | Neuron), [ _, input ] -> Ok input
        | Convolution _, _ -> arity "Convolution" "1 node"
        | Linear _, _ -> arity "Linear" "1 node"
        | AveragePool _, _ -> arity "AveragePool" "1 node"
        | GlobalAveragePool, _ -> arity "GlobalAveragePool" "1 node"
        | Dropout _, _ -> arity "Dropout" "1 node"
        | BatchNorm, _ -> arity "BatchNorm" "1 node"
        | Relu, _ -> arity "Relu" "1 node"
        | Neuron, _ -> arity "Neuron" "1 node"

    let private place index (node: Node) =
        match node.Operation with
        | Normalise _ -> require (index = 0) $"Normalise expects to be node 0, which reads the image, found it at node {index}"
        | _ -> require (index > 0) "node 0 expects to be Normalise, which reads the image, found another operation"

    let private earlier index (node: Node) =
        match node.Inputs |> List.tryFind (fun input -> input < 0 || input >= index) with
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
                | name, (first, _) :: (second, _) :: _ -> Some $"{name}: nodes {first} and {second} share this name, every node expects its own"
                | _ -> None)

        match unnamed, twice with
        | _ when network.Nodes.IsEmpty -> Error "the network has no nodes, expected Normalise and at least one more"
        | _ when network.Classes < 1 -> Error $"the network expects at least 1 class, found {network.Classes}"
        | _ when input.Channels < 1 || input.Rows < 1 || input.Columns < 1 ->
            Error $"the network's input expects at least 1 × 1 × 1, found {input}"
        | Some index, _ -> Error $"node {index} has no name, every node expects its own"
        | None, Some message -> Error message
        | None, None -> activation input.Channels input.Rows input.Columns |> Result.mapError (fun message -> $"the network's input {message}")

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
        | Error message -> raise (BadInputException $"The network {network.Architecture} cannot be used. {message}.")
