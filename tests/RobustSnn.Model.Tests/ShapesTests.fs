module RobustSnn.Model.Tests.ShapesTests

open System
open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

[<Test>]
let ``shapes follow the nodes`` () =
    let expected =
        [ shape 3 8 8; shape 4 8 8; shape 4 8 8; shape 4 8 8; shape 4 4 4; shape 7 1 1; shape 7 1 1; shape 7 1 1; shape 5 1 1 ]

    Shapes.inferOrFail plain |> shouldEqual expected

[<TestCase(3, 1, 1, 8)>]
[<TestCase(3, 2, 1, 4)>]
[<TestCase(1, 2, 0, 4)>]
[<TestCase(3, 1, 0, 6)>]
[<TestCase(5, 3, 0, 2)>]
[<TestCase(8, 1, 0, 1)>]
let ``a convolution's output follows from kernel, stride and padding`` (kernel, stride, padding, size) =
    let settings =
        { convolution with
            Kernel = kernel
            Stride = stride
            Padding = padding }

    let sample =
        network [ plain.Nodes[0]; node "c" (Convolution settings) [ 0 ]; node "classifier.1" (Linear(5, false)) [ 1 ] ]

    (Shapes.inferOrFail sample)[1] |> shouldEqual (shape 4 size size)

[<Test>]
let ``global average pooling leaves one value a channel`` () =
    let sample = plain |> withOperation 4 GlobalAveragePool
    (Shapes.inferOrFail sample)[4] |> shouldEqual (shape 4 1 1)

let private convolveWith change =
    plain |> withOperation 1 (Convolution(change convolution))

let private unreadable = "expects to read nodes before it"

let refusals =
    let case (name: string) (sample: Network) (message: string) =
        TestCaseData(sample, message).SetArgDisplayNames name

    let arity (name: string) operation inputs message =
        case name (plain |> withOperation 3 operation |> withInputs 3 inputs) $"features.2: {message}, found {List.length inputs}"

    [ case "no nodes" (network []) "the network has no nodes, expected Normalise and at least one more"
      case "no classes" { plain with Classes = 0 } "the network expects at least 1 class, found 0"
      case "no channels" { plain with Input = shape 0 8 8 } "the network's input expects at least 1 × 1 × 1, found 0 × 8 × 8"
      case "no rows" { plain with Input = shape 3 -1 8 } "the network's input expects at least 1 × 1 × 1, found 3 × -1 × 8"
      case "no columns" { plain with Input = shape 3 8 0 } "the network's input expects at least 1 × 1 × 1, found 3 × 8 × 0"
      case
          "input too large"
          { plain with Input = shape 3 65536 65536 }
          "the network's input gives 3 × 65536 × 65536 values, more than the 2147483647 that one sample can have"
      case "no name" (plain |> withNode 2 (fun node -> { node with Name = " " })) "node 2 has no name, every node expects its own"
      case
          "a name twice"
          (plain |> withNode 4 (fun node -> { node with Name = "features.1" }))
          "features.1: nodes 2 and 4 share this name, every node expects its own"
      case
          "first node"
          (plain |> withOperation 0 BatchNorm)
          "norm: node 0 expects to be Normalise, which reads the image, found another operation"
      case
          "Normalise in the middle"
          (plain |> withOperation 2 plain.Nodes[0].Operation)
          "features.1: Normalise expects to be node 0, which reads the image, found it at node 2"
      case
          "means"
          (plain |> withOperation 0 (Normalise([ 0.5; 0.5 ], [ 0.2; 0.2; 0.2 ])))
          "norm: Normalise expects one mean for each of the image's 3 channels, found 2"
      case
          "deviations"
          (plain |> withOperation 0 (Normalise([ 0.5; 0.5; 0.5 ], [ 0.2 ])))
          "norm: Normalise expects one deviation for each of the image's 3 channels, found 1"
      case
          "mean is no number"
          (plain |> withOperation 0 (Normalise([ nan; 0.5; 0.5 ], [ 0.2; 0.2; 0.2 ])))
          "norm: Normalise expects finite means, in single precision"
      case
          "mean beyond single precision"
          (plain |> withOperation 0 (Normalise([ 1e39; 0.5; 0.5 ], [ 0.2; 0.2; 0.2 ])))
          "norm: Normalise expects finite means, in single precision"
      case
          "deviation 0"
          (plain |> withOperation 0 (Normalise([ 0.5; 0.5; 0.5 ], [ 0.2; 0.0; 0.2 ])))
          "norm: Normalise expects finite deviations above 0, in single precision"
      case
          "deviation that is 0 in single precision"
          (plain |> withOperation 0 (Normalise([ 0.5; 0.5; 0.5 ], [ 0.2; 1e-60; 0.2 ])))
          "norm: Normalise expects finite deviations above 0, in single precision"
      case "Normalise reads" (plain |> withInputs 0 [ 0 ]) "norm: expects to read no node, the image alone, found node 0"
      case "reads a later node" (plain |> withInputs 2 [ 4 ]) $"features.1: {unreadable} (0 to 1), found node 4"
      case "reads itself" (plain |> withInputs 2 [ 2 ]) $"features.1: {unreadable} (0 to 1), found node 2"
      case "reads a negative node" (plain |> withInputs 2 [ -1 ]) $"features.1: {unreadable} (0 to 1), found node -1"
      arity "convolution of nothing" (Convolution convolution) [] "Convolution expects 1 node to read"
      arity "linear of nothing" (Linear(5, true)) [] "Linear expects 1 node to read"
      arity "BatchNorm of two" BatchNorm [ 1; 2 ] "BatchNorm expects 1 node to read"
      arity "Relu of two" Relu [ 2; 2 ] "Relu expects 1 node to read"
      arity "neuron of two" (Neuron Shared) [ 1; 2 ] "Neuron expects 1 node to read"
      arity "pooling of two" (AveragePool 2) [ 1; 2 ] "AveragePool expects 1 node to read"
      arity "global pooling of two" GlobalAveragePool [ 1; 2 ] "GlobalAveragePool expects 1 node to read"
      arity "dropout of nothing" (Dropout 0.2) [] "Dropout expects 1 node to read"
      arity "overlapping pooling of two" (OverlappingMaxPool { Size = 3; Stride = 2; Padding = 1 }) [ 1; 2 ] "OverlappingMaxPool expects 1 node to read"
      case
          "windows without size"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = 0; Stride = 1; Padding = 0 }))
          "features.2: OverlappingMaxPool expects a size of at least 1, found 0"
      case
          "windows without stride"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = 3; Stride = 0; Padding = 1 }))
          "features.2: OverlappingMaxPool expects a stride of at least 1, found 0"
      case
          "windows beyond the map"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = 3; Stride = 2; Padding = 2 }))
          "features.2: OverlappingMaxPool expects a padding from 0 to half of its size 3, found 2"
      case
          "windows of padding alone"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = Int32.MaxValue; Stride = 2; Padding = Int32.MaxValue / 2 }))
          "features.2: OverlappingMaxPool expects a padding below the map's rows and columns, found 1073741823, the layer before it gives 4 × 8 × 8"
      case
          "windows with as much padding as map"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = 16; Stride = 1; Padding = 8 }))
          "features.2: OverlappingMaxPool expects a padding below the map's rows and columns, found 8, the layer before it gives 4 × 8 × 8"
      case
          "windows larger than the map"
          (plain |> withOperation 3 (OverlappingMaxPool { Size = 99; Stride = 2; Padding = 1 }))
          "features.2: OverlappingMaxPool expects at least 99 rows and columns for its windows, the layer before it gives 4 × 8 × 8, 10 with padding"
      arity "sum of one" WeightedSum [ 2 ] "WeightedSum expects 2 nodes to read, the shortcut and the residual"
      case
          "sum of different shapes"
          (plain |> withOperation 3 WeightedSum |> withInputs 3 [ 0; 2 ])
          "features.2: WeightedSum expects two equal shapes, its shortcut norm gives 3 × 8 × 8, its residual features.1 gives 4 × 8 × 8"
      arity "plain sum of one" Sum [ 2 ] "Sum expects 2 nodes to read, the shortcut and the residual"
      case
          "plain sum of different shapes"
          (plain |> withOperation 3 Sum |> withInputs 3 [ 0; 2 ])
          "features.2: Sum expects two equal shapes, its shortcut norm gives 3 × 8 × 8, its residual features.1 gives 4 × 8 × 8"
      case
          "no output channels"
          (convolveWith (fun settings -> { settings with Outputs = 0 }))
          "features.0: Convolution expects at least 1 output channel, found 0"
      case
          "no kernel"
          (convolveWith (fun settings -> { settings with Kernel = 0 }))
          "features.0: Convolution expects a kernel of at least 1, found 0"
      case
          "no stride"
          (convolveWith (fun settings -> { settings with Stride = 0 }))
          "features.0: Convolution expects a stride of at least 1, found 0"
      case
          "negative padding"
          (convolveWith (fun settings -> { settings with Padding = -1 }))
          "features.0: Convolution expects a padding of at least 0, found -1"
      case
          "kernel larger than the padded input"
          (convolveWith (fun settings -> { settings with Kernel = 11 }))
          ("features.0: Convolution expects at least 11 rows and columns for its kernel, "
           + "the layer before it gives 3 × 8 × 8, 10 with padding")
      case
          "kernel larger than the padded columns"
          { convolveWith (fun settings -> { settings with Kernel = 5 }) with Input = shape 3 8 2 }
          ("features.0: Convolution expects at least 5 rows and columns for its kernel, "
           + "the layer before it gives 3 × 8 × 2, 4 with padding")
      case
          "too many convolution weights"
          (convolveWith (fun settings -> { settings with Kernel = 7; Outputs = 20000000 }))
          "features.0: Convolution's 20000000 outputs of 3 × 7 × 7 weights each are more than 2147483647 weights"
      case
          "too much padding"
          (convolveWith (fun settings -> { settings with Padding = Int32.MaxValue }))
          "features.0: Convolution gives 4 × 4294967300 × 4294967300 values, more than the 2147483647 that one sample can have"
      case
          "too many output values"
          (convolveWith (fun settings -> { settings with Outputs = 50000000 }))
          "features.0: Convolution gives 50000000 × 8 × 8 values, more than the 2147483647 that one sample can have"
      case "no outputs" (plain |> withOperation 5 (Linear(0, true))) "classifier.1: Linear expects at least 1 output, found 0"
      case
          "too many linear weights"
          (plain |> withOperation 5 (Linear(40000000, true)))
          "classifier.1: Linear's 40000000 outputs of 64 inputs each (4 × 4 × 4) are more than 2147483647 weights"
      case
          "no pooling size"
          (plain |> withOperation 4 (AveragePool 0))
          "features.3: AveragePool expects a size of at least 1, found 0"
      case
          "rows that pooling does not divide"
          { plain with Input = shape 3 7 8 }
          "features.3: AveragePool expects rows and columns that 2 divides, the layer before it gives 4 × 7 × 8"
      case
          "columns that pooling does not divide"
          { plain with Input = shape 3 8 7 }
          "features.3: AveragePool expects rows and columns that 2 divides, the layer before it gives 4 × 8 × 7"
      case "dropout 1" (plain |> withOperation 7 (Dropout 1.0)) "classifier.3: Dropout expects a rate from 0 to below 1, found 1"
      case "dropout below 0" (plain |> withOperation 7 (Dropout -0.5)) "classifier.3: Dropout expects a rate from 0 to below 1, found -0.5"
      case
          "dropout is no number"
          (plain |> withOperation 7 (Dropout nan))
          "classifier.3: Dropout expects a rate from 0 to below 1, found NaN"
      case
          "as many outputs as classes"
          { plain with Classes = 10 }
          "classifier.4: the last node expects 10 outputs, one a class, found 5 (5 × 1 × 1)"
      case
          "scores with rows and columns"
          { plain with
              Nodes = List.truncate 4 plain.Nodes
              Classes = 4 }
          "features.2: the last node expects 4 outputs, one a class, found 256 (4 × 8 × 8)" ]

[<TestCaseSource(nameof refusals)>]
let ``refuses`` (sample: Network, message: string) =
    let expected: Result<Shape list, string> = Error message
    Shapes.infer sample |> shouldEqual expected

[<Test>]
let ``inferOrFail throws what infer says`` () =
    refusal (fun () -> Shapes.inferOrFail { plain with Classes = 0 })
    |> shouldEqual "The network sample cannot be used: the network expects at least 1 class, found 0."

let private sizes = Gen.elements [ Int32.MinValue; -1; 0; 1; 2; 3; 8; 70000; Int32.MaxValue ]
let private numbers = Gen.elements [ nan; infinity; -1.0; 0.0; 0.5; 1.0 ]

let private anyOperation =
    Gen.oneof
        [ gen {
              let! mean = Gen.listOf numbers
              let! deviation = Gen.listOf numbers
              return Normalise(mean, deviation)
          }
          gen {
              let! outputs = sizes
              let! kernel = sizes
              let! stride = sizes
              let! padding = sizes

              return
                  Convolution
                      { Outputs = outputs
                        Kernel = kernel
                        Stride = stride
                        Padding = padding
                        Bias = true }
          }
          Gen.map (fun outputs -> Linear(outputs, true)) sizes
          Gen.map AveragePool sizes
          Gen.map Dropout numbers
          Gen.elements [ BatchNorm; Relu; Neuron Shared; GlobalAveragePool; WeightedSum ] ]

/// A valid network with anything at all at one node.
let private damaged =
    gen {
        let! sample = valid
        let! index = Gen.choose (0, sample.Nodes.Length - 1)
        let! operation = Gen.oneof [ anyOperation; Gen.constant sample.Nodes[index].Operation ]
        let! inputs = Gen.oneof [ Gen.constant sample.Nodes[index].Inputs; Gen.listOf (Gen.choose (-1, sample.Nodes.Length)) ]
        let! classes = Gen.frequency [ 9, Gen.constant sample.Classes; 1, sizes ]
        let! rows = Gen.frequency [ 9, Gen.constant 8; 1, sizes ]

        return
            { (sample |> withOperation index operation |> withInputs index inputs) with
                Classes = classes
                Input = shape 3 rows 8 }
    }

[<Property(MaxTest = 1000)>]
let ``a damaged network gives shapes or a reason, never an exception`` () =
    Prop.forAll (Arb.fromGen damaged) (fun sample ->
        match Shapes.infer sample with
        | Error message -> message <> ""
        | Ok shapes -> shapes.Length = sample.Nodes.Length && shapes |> List.forall (fun each -> each.Count >= 1))

[<Property>]
let ``accepts every valid network`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample -> Result.isOk (Shapes.infer sample))
