module RobustSnn.Model.Tests.FamiliesTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let private image = { Channels = 3; Rows = 32; Columns = 32 }

let private statistics = [ 0.5; 0.5; 0.5 ], [ 0.25; 0.25; 0.25 ]

let private ofFamily family = Families.build family 10 image <|| statistics

let private vgg features hidden dropout =
    VggFamily(
        features,
        { Pooled = false
          Hidden = hidden
          Dropout = dropout }
    )

let private families =
    [ "vggtiny", vgg [ C 16; A; C 32; A; C 64; A ] [ 64 ] None
      "vggmini", vgg [ C 8; A; C 16; A; C 16; A ] [ 24 ] (Some 0.0)
      "vgg16", vgg [ C 64; C 64; A; C 128; C 128; A; C 256; C 256; C 256; A; C 512; C 512; C 512; A; C 512; C 512; C 512 ] [ 256; 256 ] (Some 0.2)
      "resnet20", ResNetFamily 3
      "resnet32", ResNetFamily 5
      "wrn16-4", WideResNetFamily(2, 4)
      "wrn28-2", WideResNetFamily(4, 2) ]

let private named = families |> List.map (fst >> TestCaseData)

[<TestCaseSource(nameof named)>]
let ``an architecture is its family with its sizes`` (name: string) =
    let family = families |> List.find (fst >> (=) name) |> snd
    let expected = Architectures.build name 10 image <|| statistics
    (ofFamily family).Nodes |> shouldEqual expected.Nodes

[<Test>]
let ``a family has the sizes in its label`` () =
    let labels =
        [ vgg [ C 8; A; C 8; M ] [ 24; 24 ] None; vgg [ A ] [] None; ResNetFamily 3; WideResNetFamily(4, 2) ]
        |> List.map Families.label

    labels |> shouldEqual [ "vgg [8, A, 8, M] [24, 24]"; "vgg [A] []"; "resnet20"; "wrn28-2" ]

[<Test>]
let ``a network without hidden linear layers ends in the classes`` () =
    let network = ofFamily (vgg [ C 8; M ] [] (Some 0.2))
    let last = List.last network.Nodes
    (last.Name, last.Operation) |> shouldEqual ("classifier.1", Linear(10, false))

[<Test>]
let ``a network that does not fit the image is refused by its label`` () =
    let message = refusal (fun () -> ofFamily (vgg [ C 8; A; A; A; A; A; A ] [] None))
    Assert.That(message, Does.Contain("vgg [8, A, A, A, A, A, A] []").And.Contain "features.8: AveragePool expects rows")
