module RobustSnn.Model.Tests.ConversionTests

open System
open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let names = Architectures.names

let private leaky = { Leak = 0.9; Reset = Soft }

[<Test>]
let ``activations become neurons in place`` () =
    let sample = build "resnet20" 10 16

    let activations =
        sample.Nodes |> List.indexed |> List.filter (fun (_, node) -> node.Operation = Relu) |> List.map fst

    Graph.neurons (Conversion.toSpiking ifNeurons sample) |> shouldEqual activations

[<Test>]
let ``no activation is left`` () =
    let spiking = Conversion.toSpiking ifNeurons (build "wrnmini" 10 16)
    Assert.That(spiking.Nodes |> List.filter (fun node -> node.Operation = Relu), Is.Empty)

[<Test>]
let ``the dynamics are the given ones`` () =
    (Conversion.toSpiking leaky plain).Neurons |> shouldEqual leaky

let private biased (sample: Network) =
    [ for node in sample.Nodes do
          match node.Operation with
          | Convolution settings -> "convolution", settings.Bias
          | Linear(_, bias) -> "linear", bias
          | _ -> () ]
    |> List.distinct

[<TestCase("vgg16", true)>]
[<TestCase("vgg11-tin", true)>]
[<TestCase("resnet20", false)>]
[<TestCase("wrn16-4", false)>]
let ``convolutions get biases in VGG networks only`` (name, expected) =
    let converted = Conversion.toSpiking ifNeurons (build name 10 64)
    biased converted |> shouldEqual [ "convolution", expected; "linear", true ]

[<Test>]
let ``a plain sum stays one, and convolutions beside it get no biases`` () =
    let summed = plain |> withOperation 3 Sum |> withInputs 3 [ 1; 2 ]
    let converted = Conversion.toSpiking ifNeurons summed
    converted.Nodes[3].Operation |> shouldEqual Sum
    biased converted |> List.filter (fst >> (=) "convolution") |> shouldEqual [ "convolution", false ]

[<TestCaseSource(nameof names)>]
let ``keeps an architecture's shapes`` (name: string) =
    let sample = build name 10 64
    Shapes.inferOrFail (Conversion.toSpiking ifNeurons sample) |> shouldEqual (Shapes.inferOrFail sample)

[<TestCase(-0.1)>]
[<TestCase(0.0)>]
[<TestCase(1.01)>]
[<TestCase(Double.NaN)>]
let ``refuses a leak that is not above 0 and at most 1`` (leak: float) =
    let message = refusal (fun () -> Conversion.toSpiking { Leak = leak; Reset = Hard } plain)
    Assert.That(message, Does.Contain $"found {leak}")

[<Property>]
let ``keeps shapes`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample -> Shapes.infer (Conversion.toSpiking leaky sample) = Shapes.infer sample)

[<Property>]
let ``keeps every parameter, its kind and dimensions`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        Set.isSubset (set (Parameters.ofNetwork sample)) (set (Parameters.ofNetwork (Conversion.toSpiking leaky sample))))

[<Property>]
let ``converting twice changes nothing more`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let once = Conversion.toSpiking leaky sample
        Conversion.toSpiking leaky once = once)

[<Property>]
let ``adds only biases and thresholds`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let added =
            set (Parameters.ofNetwork (Conversion.toSpiking leaky sample)) - set (Parameters.ofNetwork sample)

        added
        |> Set.forall (fun parameter -> parameter.Kind = ParameterKind.Bias || parameter.Kind = ParameterKind.Threshold))
