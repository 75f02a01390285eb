module RobustSnn.Model.Tests.FoldingTests

open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let private converted =
    [ for name in Architectures.names do
          yield TestCaseData(name, false)
          yield TestCaseData(name, true) ]

let private network' name spiking =
    let ann = build name 10 64
    if spiking then Conversion.toSpiking ifNeurons ann else ann

let private names operations (sample: Network) =
    sample.Nodes |> List.filter (fun node -> operations node.Operation) |> List.map _.Name

let private isLayer operation =
    match operation with
    | Convolution _
    | Linear _ -> true
    | _ -> false

let private isBiased operation =
    match operation with
    | Convolution settings -> settings.Bias
    | Linear(_, bias) -> bias
    | _ -> false

/// How often each node is read.
let private readers (sample: Network) index =
    sample.Nodes |> List.sumBy (fun node -> node.Inputs |> List.filter ((=) index) |> List.length)

/// The BatchNorms that folding has to take in.
let private alone (sample: Network) =
    sample.Nodes
    |> List.filter (fun node ->
        match node.Operation, node.Inputs with
        | BatchNorm, [ input ] -> isLayer sample.Nodes[input].Operation && readers sample input = 1
        | _ -> false)

[<TestCaseSource(nameof converted)>]
let ``an architecture's layers take in the BatchNorms behind them`` (name: string, spiking: bool) =
    let sample = network' name spiking
    let expected = [ for norm in alone sample -> { Layer = sample.Nodes[norm.Inputs.Head].Name; BatchNorm = norm.Name } ]
    let folded = Folding.ofNetwork sample
    Assert.That(expected, Is.Not.Empty)
    folded.Folds |> shouldEqual expected
    names isBiased folded.Network
    |> List.sort
    |> shouldEqual (names isBiased sample @ List.map _.Layer expected |> List.distinct |> List.sort)

[<TestCaseSource(nameof converted)>]
let ``an architecture's other nodes and their order stay`` (name: string, spiking: bool) =
    let sample = network' name spiking
    let folded = Folding.ofNetwork sample
    let gone = folded.Folds |> List.map _.BatchNorm |> set
    // Layers move to where their BatchNorm was, which no other layer is before.
    names (fun _ -> true) folded.Network
    |> shouldEqual (names (fun _ -> true) sample |> List.filter (gone.Contains >> not))

[<TestCase("vgg16", 0)>]
[<TestCase("resnet20", 0)>]
[<TestCase("wrn16-4", 6)>] // the first of 5 blocks, the very first block reads a convolution, and the one at the end
let ``BatchNorms before an activation that reads a sum stay`` (name, expected) =
    names ((=) BatchNorm) (Folding.ofNetwork (build name 10 32)).Network
    |> List.length
    |> shouldEqual expected

[<Test>]
let ``a layer that is read twice keeps its BatchNorm`` () =
    let sample =
        plain |> withOperation 4 WeightedSum |> withInputs 4 [ 1; 3 ] |> withOperation 5 (Linear(7, false))

    (Folding.ofNetwork sample) |> shouldEqual { Network = sample; Folds = [] }

[<Test>]
let ``BatchNorms in a row go into the same layer, first things first`` () =
    let sample = plain |> withOperation 3 BatchNorm
    let folded = Folding.ofNetwork sample

    folded.Folds
    |> shouldEqual
        [ { Layer = "features.0"; BatchNorm = "features.1" }
          { Layer = "features.0"; BatchNorm = "features.2" } ]

[<Test>]
let ``a BatchNorm that gives the logits leaves them to its layer`` () =
    let sample =
        network
            [ plain.Nodes[0]
              node "classifier.1" (Linear(5, false)) [ 0 ]
              node "unread" Relu [ 0 ]
              node "classifier.2" BatchNorm [ 1 ] ]

    (Folding.ofNetwork sample).Network
    |> shouldEqual
        (network
            [ plain.Nodes[0]
              node "unread" Relu [ 0 ]
              node "classifier.1" (Linear(5, true)) [ 0 ] ])

[<Property>]
let ``keeps the shape of every node that stays`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let shapes (network: Network) =
            List.zip (network.Nodes |> List.map _.Name) (Shapes.inferOrFail network) |> set

        Set.isSubset (shapes (Folding.ofNetwork sample).Network) (shapes sample))

[<Property>]
let ``leaves no BatchNorm that alone reads a layer`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample -> List.isEmpty (alone (Folding.ofNetwork sample).Network))

[<Property>]
let ``loses the BatchNorms' parameters and adds only biases`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let folded = Folding.ofNetwork sample
        let named network = Parameters.ofNetwork network |> List.map (fun parameter -> parameter.Name, parameter.Dimensions) |> set
        let gone = named sample - named folded.Network
        let added = named folded.Network - named sample
        let norms = folded.Folds |> List.map _.BatchNorm |> set
        let layers = folded.Folds |> List.map _.Layer |> set
        let owner (name: string) = name.Substring(0, name.LastIndexOf '.')

        gone |> Set.forall (fun (name, _) -> norms.Contains(owner name))
        && added |> Set.forall (fun (name, _) -> name.EndsWith ".bias" && layers.Contains(owner name))
        && gone.Count = 4 * norms.Count)

[<Property>]
let ``every node that stays reads what it read, BatchNorms replaced by their layers`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let folded = Folding.ofNetwork sample
        let layerOf = folded.Folds |> List.map (fun fold -> fold.BatchNorm, fold.Layer) |> Map.ofList
        let nameOf (network: Network) index = network.Nodes[index].Name
        let replaced name = layerOf |> Map.tryFind name |> Option.defaultValue name

        folded.Network.Nodes
        |> List.forall (fun node ->
            let before = sample.Nodes |> List.find (fun each -> each.Name = node.Name)

            List.map (nameOf folded.Network) node.Inputs = List.map (nameOf sample >> replaced) before.Inputs))
