module RobustSnn.Model.Tests.VisitorTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

/// Gives back the operation that it was called for.
let private rebuild =
    { new IOperationVisitor<Operation> with
        member _.Normalise(mean, deviation) = Normalise(mean, deviation)
        member _.Convolution settings = Convolution settings
        member _.Linear(outputs, bias) = Linear(outputs, bias)
        member _.BatchNorm() = BatchNorm
        member _.Relu() = Relu
        member _.Neuron thresholds = Neuron thresholds
        member _.AveragePool size = AveragePool size
        member _.MaxPool size = MaxPool size
        member _.OverlappingMaxPool window = OverlappingMaxPool window
        member _.GlobalAveragePool() = GlobalAveragePool
        member _.WeightedSum() = WeightedSum
        member _.Sum() = Sum
        member _.Dropout rate = Dropout rate }

let operations =
    [ Normalise([ 0.5 ], [ 0.2 ])
      Convolution convolution
      Linear(7, true)
      BatchNorm
      Relu
      Neuron Shared
      Neuron Channelwise
      AveragePool 2
      MaxPool 2
      OverlappingMaxPool { Size = 3; Stride = 2; Padding = 1 }
      GlobalAveragePool
      WeightedSum
      Sum
      Dropout 0.2 ]

[<TestCaseSource(nameof operations)>]
let ``a visitor is called for the operation's own case`` (operation: Operation) =
    operation.Accept rebuild |> shouldEqual operation
