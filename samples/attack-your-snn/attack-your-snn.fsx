#r "nuget: RobustSnn, 0.1.0"

open System.Collections.Immutable
open System.IO
open RobustSnn
open RobustSnn.Experiments.Data
open RobustSnn.Experiments.Files
open RobustSnn.Experiments.Import

let folder = Path.Combine(__SOURCE_DIRECTORY__, "..", "convert-your-ann")
let sizes = TrainedNetwork.ReadSizes(Path.Combine(folder, "sizes.yaml")).OrThrow()

let said =
    ImportOptions(Normalisation = PixelStatistics(ImmutableArray.Create(0.5, 0.4, 0.3), ImmutableArray.Create(0.2, 0.25, 0.3)), Size = 16, Network = sizes)

let ann = TrainedNetwork.Import(Path.Combine(folder, "model.pth"), said).OrThrow()
let recorded = TensorFile.Read(Path.Combine(folder, "logits.pth"))

// The ANN's own classes are the labels: what is asked is how often the spiking network can be made to leave them.
let pixels = recorded["images"].ToFloats()
let labels = (Seq.head (ann.Classify [ ImageBatch pixels ])).OrThrow().Classes |> Seq.toArray
let images = [ ImageBatch(pixels, labels) ]
let snn = ann.ToSpiking(images, SpikingOptions(Timesteps = 32, Scale = 1.0)).OrThrow()

match snn.Attack(images, [ "fgsm"; "pgd10" ], "8/255").ToFSharp() with
| Ok found ->
    for attack in found.Result.Attacks do
        printfn $"{attack.Attack}: {attack.Correct} of {attack.Samples} stand, 95 %% interval {attack.Accuracy95.Lower:F2} to {attack.Accuracy95.Upper:F2}"
| Error sentence -> failwith sentence

let energy = snn.Energy(images).OrThrow()
printfn $"operations an image: {energy.Spikes.Operations:F0}, dense over this {energy.Spikes.DenseOverThis:F2}"

match snn.Attack(images, [ "pdg10" ], "8/255").ToFSharp() with
| Ok _ -> printfn "attacked"
| Error sentence -> printfn $"refused: {sentence}"
