module RobustSnn.Model.Tests.CostsTests

open FsCheck.FSharp
open NUnit.Framework
open FsCheck.NUnit
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

[<Test>]
let ``costs follow the layers`` () =
    let expected =
        [ { Name = "features.0"
            Macs = 6912L
            Weights = 108L
            Outputs = 256 }
          { Name = "classifier.1"
            Macs = 448L
            Weights = 448L
            Outputs = 7 }
          { Name = "classifier.4"
            Macs = 35L
            Weights = 35L
            Outputs = 5 } ]

    Costs.ofNetwork plain |> shouldEqual expected

[<Test>]
let ``P2's VGG-16 has 276,992 neurons`` () =
    Costs.neurons (build "vgg16" 10 32) |> shouldEqual 276992

[<Test>]
let ``an SNN has as many neurons as its ANN`` () =
    let sample = build "wrn28-4" 100 32
    Costs.neurons (Conversion.toSpiking ifNeurons sample) |> shouldEqual (Costs.neurons sample)

[<Test>]
let ``a pruned layer computes with what is left`` () =
    (Costs.ofNetwork plain).Head.MacsWith 10L |> shouldEqual 640L

let private vgg =
    gen {
        let! widths = Gen.listOfLength 3 (Gen.listOf (Gen.choose (1, 4)) |> Gen.map (List.truncate 3))
        let! hidden = Gen.listOf (Gen.choose (1, 6)) |> Gen.map (List.truncate 2)
        let! pooled = Gen.elements [ true; false ]
        let! classes = Gen.choose (1, 5)

        let features = widths |> List.collect (fun stage -> List.map C stage @ [ A ])

        let head =
            { Pooled = pooled
              Hidden = hidden
              Dropout = Some 0.2 }

        return features, head, classes
    }

/// Counts one by one what a dense pass over an 8 × 8 image of 3 channels multiplies, padding included, and the weights it holds.
let private bruteForce features head classes =
    let mutable side, channels, macs, weights = 8, 3, [], []

    for feature in features do
        match feature with
        | A
        | M -> side <- side / 2
        | C outputs ->
            let mutable count = 0L

            for _ in 1 .. side * side do
                for _ in 1..outputs do
                    for _ in 1..channels do
                        for _ in 1..9 do
                            count <- count + 1L

            macs <- count :: macs
            weights <- int64 (outputs * channels * 9) :: weights
            channels <- outputs

    let mutable inputs = if head.Pooled then channels else channels * side * side

    for outputs in head.Hidden @ [ classes ] do
        let mutable count = 0L

        for _ in 1..outputs do
            for _ in 1..inputs do
                count <- count + 1L

        macs <- count :: macs
        weights <- count :: weights
        inputs <- outputs

    List.rev macs, List.rev weights

[<Property>]
let ``a random VGG network costs what counting gives`` () =
    Prop.forAll (Arb.fromGen vgg) (fun (features, head, classes) ->
        let sample =
            Architectures.assemble "random" (Vgg.layers features head) classes (shape 3 8 8) [ 0.5; 0.5; 0.5 ] [ 0.2; 0.2; 0.2 ]

        let costs = Costs.ofNetwork sample
        (List.map _.Macs costs, List.map _.Weights costs) = bruteForce features head classes)
