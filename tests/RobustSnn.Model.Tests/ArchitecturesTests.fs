module RobustSnn.Model.Tests.ArchitecturesTests

open NUnit.Framework
open RobustSnn.Model
open RobustSnn.Model.Tests.Samples

let names = Architectures.names

let private spiking name classes side =
    Conversion.toSpiking ifNeurons (build name classes side)

[<TestCase("vggmini-t4-hard")>]
[<TestCase("vggmini-t8-soft-leaky")>]
[<TestCase("resnet20-t4-hard")>]
[<TestCase("wrn10-1-t4-hard")>]
let ``parameters are those of the golden case`` (file: string) =
    let golden = GoldenFile.read file
    let prefix = "param."

    let expected =
        [ for KeyValue(name, dimensions) in golden.Tensors do
              if name.StartsWith prefix then
                  name.Substring prefix.Length, dimensions ]

    let classes = golden.Tensors["logits"] |> List.last

    let found =
        Parameters.ofNetwork (spiking golden.Architecture classes golden.InputSize)
        |> List.map (fun parameter -> parameter.Name, parameter.Dimensions)

    Assert.That(found, Is.EquivalentTo expected)

[<TestCase("vggmini-t4-hard")>]
[<TestCase("vggmini-t8-soft-leaky")>]
[<TestCase("resnet20-t4-hard")>]
[<TestCase("wrn10-1-t4-hard")>]
let ``there are as many neuron layers as in the golden case`` (file: string) =
    let golden = GoldenFile.read file
    let classes = golden.Tensors["logits"] |> List.last
    let layers = Graph.neurons (spiking golden.Architecture classes golden.InputSize)
    [ layers.Length ] |> shouldEqual golden.Tensors["spike_rates"]

// Names and sizes as the reference's classes give them, for what no golden case covers.
[<TestCase("vgg11", 32, "features.24.weight", "512 512 3 3")>]
[<TestCase("vgg11", 32, "features.26.v_th", "")>]
[<TestCase("vgg11", 32, "classifier.1.weight", "4096 8192")>]
[<TestCase("vgg11", 32, "classifier.4.weight", "4096 4096")>]
[<TestCase("vgg11", 32, "classifier.7.weight", "10 4096")>]
[<TestCase("vgg16", 32, "features.40.weight", "512 512 3 3")>]
[<TestCase("vgg16", 32, "classifier.1.weight", "256 2048")>]
[<TestCase("vgg16", 32, "classifier.7.weight", "10 256")>]
[<TestCase("vgg16-4096", 32, "features.40.weight", "512 512 3 3")>]
[<TestCase("vgg16-4096", 32, "classifier.1.weight", "4096 512")>]
[<TestCase("vgg16-4096", 32, "classifier.7.bias", "10")>]
[<TestCase("vgg11-tin", 64, "features.25.weight", "512 512 3 3")>]
[<TestCase("vgg11-tin", 64, "classifier.2.weight", "4096 512")>]
[<TestCase("vgg11-tin", 64, "classifier.3.v_th", "")>]
[<TestCase("vgg11-tin", 64, "classifier.4.weight", "10 4096")>]
[<TestCase("resnet32", 32, "features.8.shortcut.0.weight", "32 16 1 1")>]
[<TestCase("resnet32", 32, "features.17.conv2.weight", "64 64 3 3")>]
[<TestCase("resnet32", 32, "classifier.1.weight", "10 64")>]
[<TestCase("wrn16-4", 32, "features.1.convShortcut.weight", "64 16 1 1")>]
[<TestCase("wrn16-4", 32, "features.7.running_mean", "256")>]
[<TestCase("wrn28-2", 32, "features.12.conv2.weight", "128 128 3 3")>]
[<TestCase("wrn28-4", 32, "features.5.convShortcut.weight", "128 64 1 1")>]
[<TestCase("wrn28-4", 32, "features.14.v_th", "")>]
[<TestCase("wrn28-4", 32, "classifier.1.weight", "10 256")>]
[<TestCase("vggsmall", 32, "classifier.1.weight", "128 2048")>]
[<TestCase("vggtiny", 32, "classifier.1.weight", "64 1024")>]
let ``has the parameter`` (name: string, side: int, parameter: string, dimensions: string) =
    let found = Parameters.ofNetwork (spiking name 10 side) |> List.tryFind (fun each -> each.Name = parameter)
    found |> Option.map (fun each -> each.Dimensions |> List.map string |> String.concat " ") |> shouldEqual (Some dimensions)

[<TestCaseSource(nameof names)>]
let ``is an ANN without biases`` (name: string) =
    let kinds = Parameters.ofNetwork (build name 10 64) |> List.map _.Kind |> set
    Assert.That(Set.intersect kinds (set [ ParameterKind.Bias; ParameterKind.Threshold ]), Is.Empty)

[<TestCaseSource(nameof names)>]
let ``carries its name and classes`` (name: string) =
    let sample = build name 100 64
    (sample.Architecture, sample.Classes) |> shouldEqual ((name, 100))

[<TestCase("vgg11", 2)>]
[<TestCase("vgg16", 2)>]
[<TestCase("vgg16-4096", 2)>]
[<TestCase("vgg11-tin", 0)>]
[<TestCase("vggmini", 0)>]
[<TestCase("vggsmall", 0)>]
[<TestCase("vggtiny", 0)>]
[<TestCase("resnet20", 0)>]
[<TestCase("wrn16-4", 0)>]
let ``drops out 0.2 where the head has two hidden layers`` (name, count) =
    let rates = (build name 10 64).Nodes |> List.map _.Operation |> List.filter _.IsDropout
    rates |> shouldEqual (List.replicate count (Dropout 0.2))

/// What the sum of a block reads: shortcut, residual.
let private summed (sample: Network) block =
    let sum = sample.Nodes |> List.find (fun node -> node.Name = $"{block}.convex")
    sum.Inputs |> List.map (fun input -> sample.Nodes[input].Name)

[<TestCase("resnet20", "features.3", "features.2", "features.3.bn2")>]
[<TestCase("resnet20", "features.6", "features.6.shortcut.1", "features.6.bn2")>]
[<TestCase("wrn28-4", "features.1", "features.1.convShortcut", "features.1.conv2")>]
[<TestCase("wrn28-4", "features.2", "features.1.convex", "features.2.conv2")>]
let ``sums the shortcut and the residual`` (name, block, shortcut: string, residual: string) =
    summed (build name 10 32) block |> shouldEqual [ shortcut; residual ]

[<TestCase("resnet20", "features.6.shortcut.0", "features.5.act2")>]
[<TestCase("wrn28-4", "features.5.convShortcut", "features.5.act1")>]
let ``the shortcut's convolution reads`` (name, shortcut: string, source: string) =
    let sample = build name 10 32
    let convolution = sample.Nodes |> List.find (fun node -> node.Name = shortcut)
    sample.Nodes[convolution.Inputs.Head].Name |> shouldEqual source

[<Test>]
let ``an unknown name is refused with the nearest known ones`` () =
    let message = refusal (fun () -> build "resnet22" 10 32)
    Assert.That(message, Does.StartWith "There is no architecture 'resnet22'. The nearest are resnet20, resnet32, ")

[<Test>]
let ``an image that poolings do not divide is refused`` () =
    refusal (fun () -> build "vgg11" 10 30)
    |> shouldEqual
        ("The network vgg11 cannot be used: features.10: AveragePool expects rows and columns that 2 divides, "
         + "the layer before it gives 256 × 15 × 15.")
