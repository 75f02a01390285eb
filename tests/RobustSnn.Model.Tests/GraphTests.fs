module RobustSnn.Model.Tests.GraphTests

open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

/// norm → conv → BatchNorm → neuron → conv, summed with BatchNorm, then a linear layer.
let private residual =
    network
        [ plain.Nodes[0]
          node "conv1" (Convolution convolution) [ 0 ]
          node "bn1" BatchNorm [ 1 ]
          node "act1" (Neuron Shared) [ 2 ]
          node "conv2" (Convolution convolution) [ 3 ]
          node "sum" WeightedSum [ 2; 4 ]
          node "act2" (Neuron Shared) [ 5 ]
          node "classifier.1" (Linear(5, true)) [ 6 ] ]

[<Test>]
let ``the sample is valid`` () =
    Assert.That(Result.isOk (Shapes.infer residual), Is.True)

[<Test>]
let ``nodes before the first neuron are static`` () =
    Graph.isStatic residual |> shouldEqual [ true; true; true; false; false; false; false; false ]

[<Test>]
let ``everything in an ANN is static`` () =
    Assert.That(Graph.isStatic (build "resnet20" 10 32), Is.All.True)

[<Test>]
let ``neurons are in order`` () =
    Graph.neurons residual |> shouldEqual [ 3; 6 ]

[<Test>]
let ``an ANN has no neurons`` () =
    Assert.That(Graph.neurons (build "vggmini" 10 16), Is.Empty)

[<Property>]
let ``static nodes read only static nodes, and no neuron is one`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let isStatic = Graph.isStatic sample

        List.zip sample.Nodes isStatic
        |> List.forall (fun (node, still) ->
            not still || node.Operation <> Neuron Shared && node.Inputs |> List.forall (fun input -> isStatic[input])))

[<Property>]
let ``a node that changes over time is a neuron or reads one that does`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let isStatic = Graph.isStatic sample

        List.zip sample.Nodes isStatic
        |> List.forall (fun (node, still) ->
            still || node.Operation = Neuron Shared || node.Inputs |> List.exists (fun input -> not isStatic[input])))
