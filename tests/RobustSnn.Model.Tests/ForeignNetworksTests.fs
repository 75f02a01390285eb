/// Networks of other people in the sizes in which they are published.
module RobustSnn.Model.Tests.ForeignNetworksTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let private statistics = [ 0.5; 0.5; 0.5 ], [ 0.25; 0.25; 0.25 ]

let private torchvisionVgg stages hasNorms =
    let vgg =
        { Stages = stages
          PoolsLast = true
          HasNorms = hasNorms
          HasBiases = true
          Grid = 7
          Hidden = [ 4096; 4096 ]
          Dropout = Some 0.5 }

    ForeignVgg.build "vgg" vgg 1000 (shape 3 224 224) <|| statistics

let private hydraVgg rows stages =
    let vgg =
        { Stages = stages
          PoolsLast = false
          HasNorms = true
          HasBiases = false
          Grid = 2
          Hidden = [ 256; 256 ]
          Dropout = None }

    ForeignVgg.build "vgg" vgg 10 (shape 3 rows rows) <|| statistics

/// Blocks of stages that all but the first halve the map in their first block; `projects` says where a shortcut has a convolution.
let private blocks named (projection: string * string option) counts (widths: int -> int list) projects =
    [ for stage, count in List.indexed counts do
          for i in 0 .. count - 1 do
              { Name = named stage i
                Widths = widths stage
                Stride = if stage > 0 && i = 0 then 2 else 1
                Shortcut = if projects stage i then Some projection else None } ]

let private cifar order counts lastNorm norm =
    let network =
        { Stem = SmallStem
          StemWidth = 64
          Order = order
          Blocks =
            blocks (fun stage i -> $"layer{stage + 1}.{i}") ("shortcut.0", norm) counts (fun stage -> [ 64 <<< stage; 64 <<< stage ]) (fun stage i ->
                stage > 0 && i = 0)
          LastNorm = lastNorm
          Head = "linear" }

    ForeignResNet.build "resnet" network 10 (shape 3 32 32) <|| statistics

let private large counts expansion =
    let network =
        { Stem = LargeStem
          StemWidth = 64
          Order = ConvolutionFirst
          Blocks =
            blocks
                (fun stage i -> $"layer{stage + 1}.{i}")
                ("downsample.0", Some "downsample.1")
                counts
                (fun stage ->
                    let width = 64 <<< stage
                    if expansion = 1 then [ width; width ] else [ width; width; expansion * width ])
                (fun stage i -> i = 0 && (stage > 0 || expansion > 1))
          LastNorm = None
          Head = "fc" }

    ForeignResNet.build "large" network 1000 (shape 3 224 224) <|| statistics

let private wide blocksInStage widen =
    let network =
        { Stem = SmallStem
          StemWidth = 16
          Order = ActivationFirst true
          Blocks =
            blocks
                (fun stage i -> $"block{stage + 1}.layer.{i}")
                ("convShortcut", None)
                (List.replicate 3 blocksInStage)
                (fun stage -> List.replicate 2 ((16 * widen) <<< stage))
                (fun _ i -> i = 0)
          LastNorm = Some "bn1"
          Head = "fc" }

    ForeignResNet.build "wide" network 10 (shape 3 32 32) <|| statistics

let private vgg16 = [ [ 64; 64 ]; [ 128; 128 ]; [ 256; 256; 256 ]; [ 512; 512; 512 ]; [ 512; 512; 512 ] ]

let private networks =
    [ "torchvision's VGG-11", (fun () -> torchvisionVgg [ [ 64 ]; [ 128 ]; [ 256; 256 ]; [ 512; 512 ]; [ 512; 512 ] ] false), 132863336
      "torchvision's VGG-16", (fun () -> torchvisionVgg vgg16 false), 138357544
      "torchvision's VGG-16 with BatchNorm", (fun () -> torchvisionVgg vgg16 true), 138365992
      "torchvision's ResNet-18", (fun () -> large [ 2; 2; 2; 2 ] 1), 11689512
      "torchvision's ResNet-34", (fun () -> large [ 3; 4; 6; 3 ] 1), 21797672
      "torchvision's ResNet-50", (fun () -> large [ 3; 4; 6; 3 ] 4), 25557032
      "ResNet-18 of small images", (fun () -> cifar ConvolutionFirst [ 2; 2; 2; 2 ] None (Some "shortcut.1")), 11173962
      "pre-activation ResNet-18", (fun () -> cifar (ActivationFirst false) [ 2; 2; 2; 2 ] None None), 11171146
      "WRN-28-10", (fun () -> wide 4 10), 36479194
      "WRN-34-10", (fun () -> wide 5 10), 46160474 ]

let private named = networks |> List.map (fun (name, _, count) -> TestCaseData(name, count))

[<TestCaseSource(nameof named)>]
let ``a network has as many trained parameters as is published`` (name: string) (count: int) =
    let _, build, _ = networks |> List.find (fun (each, _, _) -> each = name)

    Parameters.ofNetwork (build ())
    |> List.filter _.Trainable
    |> List.sumBy _.Count
    |> shouldEqual count

/// The number of METHODS 2, which says that P2 has this head.
[<Test>]
let ``HYDRA's VGG-16 has P2's neurons`` () =
    hydraVgg 32 vgg16 |> Costs.neurons |> shouldEqual 276992

[<TestCase(32, 1)>]
[<TestCase(64, 2)>]
let ``HYDRA's head averages larger maps to 2 × 2`` (rows: int) (size: int) =
    (hydraVgg rows vgg16).Nodes
    |> List.choose (fun node ->
        match node.Operation with
        | AveragePool size -> Some size
        | _ -> None)
    |> shouldEqual (if size = 1 then [] else [ size ])
