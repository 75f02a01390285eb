/// Networks for the tests.
module RobustSnn.Model.Tests.Samples

open FsCheck.FSharp
open NUnit.Framework
open RobustSnn.Model

/// NUnit's overloads for sequences leave F# undecided about lists.
let shouldEqual (expected: 'value) (actual: 'value) =
    Assert.That(box actual, Is.EqualTo(box expected))

/// The message of the BadInputException that the action must throw.
let refusal (action: unit -> 'value) =
    match Assert.Throws<BadInputException>(fun () -> action () |> ignore) with
    | null -> ""
    | thrown -> thrown.Message

let shape channels rows columns =
    { Channels = channels
      Rows = rows
      Columns = columns }

let node name operation inputs =
    { Name = name
      Operation = operation
      Inputs = inputs }

let convolution =
    { Outputs = 4
      Kernel = 3
      Stride = 1
      Padding = 1
      Bias = false }

let ifNeurons = { Leak = 1.0; Reset = Hard }

let network nodes =
    { Architecture = "sample"
      Input = shape 3 8 8
      Classes = 5
      Neurons = ifNeurons
      Nodes = nodes }

/// Every kind of node of a plain network once: 3 × 8 × 8 images to 5 classes.
let plain =
    network
        [ node "norm" (Normalise([ 0.5; 0.4; 0.3 ], [ 0.2; 0.2; 0.2 ])) []
          node "features.0" (Convolution convolution) [ 0 ]
          node "features.1" BatchNorm [ 1 ]
          node "features.2" Relu [ 2 ]
          node "features.3" (AveragePool 2) [ 3 ]
          node "classifier.1" (Linear(7, false)) [ 4 ]
          node "classifier.2" (Neuron Shared) [ 5 ]
          node "classifier.3" (Dropout 0.2) [ 6 ]
          node "classifier.4" (Linear(5, true)) [ 7 ] ]

/// The network with one node changed.
let withNode index change (network: Network) =
    { network with Nodes = network.Nodes |> List.mapi (fun each node -> if each = index then change node else node) }

let withOperation index operation =
    withNode index (fun node -> { node with Operation = operation })

let withInputs index inputs =
    withNode index (fun node -> { node with Inputs = inputs })

/// A named architecture on square images of 3 channels.
let build name classes side =
    Architectures.build name classes (shape 3 side side) [ 0.5; 0.5; 0.5 ] [ 0.2; 0.2; 0.2 ]

/// Random valid networks, spiking in places: operations that keep 3 × 8 × 8 and sums with any earlier node, then a linear layer.
let valid =
    let step =
        Gen.oneof
            [ Gen.elements [ "convolve"; "BatchNorm"; "Relu"; "Neuron"; "Dropout" ] |> Gen.map (fun kind -> kind, 0)
              Gen.choose (0, 1000) |> Gen.map (fun shortcut -> "sum", shortcut) ]

    let add (draft: Draft) (kind, shortcut) =
        let name = $"features.{draft.Here}"

        match kind with
        | "convolve" -> Draft.convolve name 3 1 3 draft
        | "BatchNorm" -> Draft.add name BatchNorm draft
        | "Relu" -> Draft.add name Relu draft
        | "Neuron" -> Draft.add name (Neuron Shared) draft
        | "Dropout" -> Draft.add name (Dropout 0.1) draft
        | _ -> Draft.addSum name (shortcut % (draft.Here + 1)) draft

    Gen.listOf step
    |> Gen.map (fun steps ->
        steps
        |> List.fold add (Draft.start [ 0.5; 0.5; 0.5 ] [ 0.2; 0.2; 0.2 ])
        |> Draft.linear "classifier.1" 5
        |> Draft.nodes
        |> network)
