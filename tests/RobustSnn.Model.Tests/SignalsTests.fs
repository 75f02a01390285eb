module RobustSnn.Model.Tests.SignalsTests

open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let private signalsBy name (network: Network) =
    List.zip network.Nodes (Signals.ofNetwork network)
    |> List.filter (fun (node, _) -> node.Name = name)
    |> List.map snd

let private chain operations =
    network (
        plain.Nodes[0]
        :: (operations |> List.mapi (fun index operation -> node $"n{index + 1}" operation [ index ]))
    )

[<Test>]
let ``spikes stay spikes through pools, BatchNorm and dropout, and are currents behind a layer`` () =
    let operations =
        [ Convolution convolution
          Neuron Shared
          MaxPool 2
          BatchNorm
          AveragePool 2
          Dropout 0.1
          GlobalAveragePool
          Linear(5, true) ]

    let spikes = List.replicate 6 Signal.Spikes
    Signals.ofNetwork (chain operations) |> shouldEqual ([ Signal.Static; Signal.Static ] @ spikes @ [ Signal.Currents ])

[<Test>]
let ``a sum of spikes carries spikes, with anything else currents`` () =
    let nodes =
        [ plain.Nodes[0]
          node "act" (Neuron Shared) [ 0 ]
          node "spikes" WeightedSum [ 1; 1 ]
          node "image" WeightedSum [ 0; 0 ]
          node "mixed" WeightedSum [ 1; 0 ] ]

    Signals.ofNetwork (network nodes)
    |> List.skip 2
    |> shouldEqual [ Signal.Spikes; Signal.Static; Signal.Currents ]

[<Test>]
let ``in the papers' networks every layer reads the image or spikes`` ([<Values("vgg16", "resnet20", "wrn16-4")>] name: string) =
    let spiking = Conversion.toSpiking ifNeurons (build name 10 32)
    let signals = Signals.ofNetwork spiking |> List.toArray

    let read =
        spiking.Nodes
        |> List.filter (fun node -> (Traits.ofOperation node.Operation).IsConnection)
        |> List.map (fun node -> signals[node.Inputs.Head])

    read |> List.filter (fun signal -> signal = Signal.Static) |> List.length |> shouldEqual 1
    Assert.That(read, Has.No.Member(Signal.Currents))

[<Test>]
let ``what the first sum of a wide network reads past its block is the image's`` () =
    Conversion.toSpiking ifNeurons (build "wrnmini" 10 32) |> signalsBy "features.0" |> shouldEqual [ Signal.Static ]

[<Property>]
let ``what is static here is what the graph calls static`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        (Signals.ofNetwork sample |> List.map (fun signal -> signal = Signal.Static)) = Graph.isStatic sample)
