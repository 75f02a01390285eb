module RobustSnn.Model.Tests.TraitsTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

[<Test>]
let ``without timesteps a neuron is a ReLU`` () =
    for thresholds in [ Shared; Channelwise ] do
        Traits.running 0 (Neuron thresholds) |> shouldEqual (Traits.ofOperation Relu)
        (Traits.running 1 (Neuron thresholds)).Fires |> shouldEqual true

[<TestCase(3, 1, 1)>]
[<TestCase(3, 0, 2)>]
[<TestCase(1, 0, 0)>]
[<TestCase(5, 4, 4)>]
let ``a convolution reaches over the edge forward by its padding and backward by the rest of its kernel`` (kernel: int, padding: int, border: int) =
    let settings =
        { Outputs = 1
          Kernel = kernel
          Stride = 1
          Padding = padding
          Bias = false }

    (Traits.ofOperation (Convolution settings)).Border |> shouldEqual border

/// What the backward pass looks at must not be written over: where the gradient of a value reads its signs, only what keeps them may lie
/// over it, and what an operation reads for its gradient is not what it overwrites.
[<Test>]
let ``no operation overwrites always what its own input gradient reads`` () =
    for operation in VisitorTests.operations do
        let traits = Traits.ofOperation operation
        (traits.Overwrites = Always && traits.InputGradientReadsInput) |> shouldEqual false
