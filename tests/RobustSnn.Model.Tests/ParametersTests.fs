module RobustSnn.Model.Tests.ParametersTests

open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

[<Test>]
let ``parameters follow the nodes`` () =
    let parameter name kind dimensions node =
        { Name = name
          Kind = kind
          Dimensions = dimensions
          Node = node }

    let expected =
        [ parameter "features.0.weight" ParameterKind.Weight [ 4; 3; 3; 3 ] 1
          parameter "features.1.weight" ParameterKind.Scale [ 4 ] 2
          parameter "features.1.bias" ParameterKind.Shift [ 4 ] 2
          parameter "features.1.running_mean" ParameterKind.RunningMean [ 4 ] 2
          parameter "features.1.running_var" ParameterKind.RunningVariance [ 4 ] 2
          parameter "classifier.1.weight" ParameterKind.Weight [ 7; 64 ] 5
          parameter "classifier.2.v_th" ParameterKind.Threshold [] 6
          parameter "classifier.4.weight" ParameterKind.Weight [ 5; 7 ] 8
          parameter "classifier.4.bias" ParameterKind.Bias [ 5 ] 8 ]

    Parameters.ofNetwork plain |> shouldEqual expected

[<Test>]
let ``a convolution's bias follows its weight`` () =
    let biased = plain |> withOperation 1 (Convolution { convolution with Bias = true })
    let second = (Parameters.ofNetwork biased)[1]

    second
    |> shouldEqual
        { Name = "features.0.bias"
          Kind = ParameterKind.Bias
          Dimensions = [ 4 ]
          Node = 1 }

[<Test>]
let ``a weighted sum has two coefficients`` () =
    let summed = plain |> withOperation 3 WeightedSum |> withInputs 3 [ 1; 2 ]
    let sum = Parameters.ofNetwork summed |> List.find (fun parameter -> parameter.Node = 3)

    sum
    |> shouldEqual
        { Name = "features.2.comb"
          Kind = ParameterKind.Coefficients
          Dimensions = [ 2 ]
          Node = 3 }

[<Test>]
let ``a plain sum has no parameters`` () =
    let summed = plain |> withOperation 3 Sum |> withInputs 3 [ 1; 2 ]

    Parameters.ofNetwork summed
    |> List.filter (fun parameter -> parameter.Node = 3)
    |> shouldEqual []

let kinds =
    let case kind prunable trainable =
        TestCaseData(kind, prunable, trainable)

    [ case ParameterKind.Weight true true
      case ParameterKind.Bias false true
      case ParameterKind.Scale false true
      case ParameterKind.Shift false true
      case ParameterKind.RunningMean false false
      case ParameterKind.RunningVariance false false
      case ParameterKind.Threshold false true
      case ParameterKind.Coefficients false true ]

[<TestCaseSource(nameof kinds)>]
let ``what pruning and the optimiser may change`` (kind: ParameterKind, prunable: bool, trainable: bool) =
    let parameter =
        { Name = "p"
          Kind = kind
          Dimensions = [ 2 ]
          Node = 1 }

    (parameter.Prunable, parameter.Trainable) |> shouldEqual ((prunable, trainable))

[<Test>]
let ``a tensor has the product of its dimensions`` () =
    (Parameters.ofNetwork plain).Head.Count |> shouldEqual (4 * 3 * 3 * 3)

[<Test>]
let ``a scalar is one value`` () =
    let threshold = Parameters.ofNetwork plain |> List.find (fun each -> each.Kind = ParameterKind.Threshold)
    threshold.Count |> shouldEqual 1

[<Test>]
let ``refuses an invalid network`` () =
    let message = refusal (fun () -> Parameters.ofNetwork { plain with Classes = 3 })
    Assert.That(message, Does.Contain "expects 3 outputs")

[<Property>]
let ``names are different and nodes ascend`` () =
    Prop.forAll (Arb.fromGen valid) (fun sample ->
        let parameters = Parameters.ofNetwork sample
        let names = parameters |> List.map _.Name
        let owners = parameters |> List.map _.Node
        List.distinct names = names && List.sort owners = owners)
