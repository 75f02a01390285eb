using RobustSnn;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;

string folder = args[0];
var sizes = TrainedNetwork.ReadSizes(Path.Combine(folder, "sizes.yaml")).OrThrow();
var normalisation = new PixelStatistics([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]);
using TrainedNetwork ann = TrainedNetwork.Import(Path.Combine(folder, "model.pth"), new ImportOptions(Normalisation: normalisation, Size: 16) { Network = sizes }).OrThrow();
foreach (string note in ann.Notes)
{
    Console.WriteLine(note);
}

// Images that PyTorch has computed, and the logits that it found.
TensorFile recorded = TensorFile.Read(Path.Combine(folder, "logits.pth"));
var images = new ImageBatch(recorded["images"].ToFloats());
float[] expected = recorded["logits"].ToFloats();
float[] found = [.. ann.Classify([images]).Single().OrThrow().Logits];
double farthest = found.Zip(expected, (ours, theirs) => Math.Abs(ours - theirs)).Aggregate(0.0, (one, other) => Math.Max(one, other)); // NaN stays NaN
Console.WriteLine($"logits as PyTorch's within 1e-4: {farthest < 1e-4}");

using TrainedNetwork snn = ann.ToSpiking([images], new SpikingOptions(Timesteps: 64, Scale: 1)).OrThrow();
string path = Path.Combine(Path.GetTempPath(), $"snn-{Environment.ProcessId}.safetensors");
snn.Save(path).OrThrow();
using TrainedNetwork again = TrainedNetwork.Load(path).OrThrow();
Console.WriteLine($"spiking, T = {again.Info.Timesteps}: {again.Classify([images]).Single().OrThrow().Classes.Count} images classified");
File.Delete(path);

// What cannot be is a sentence, not an exception.
Console.WriteLine(TrainedNetwork.Load(Path.Combine(folder, "model.pth")).Match(_ => "a checkpoint", error => "refused: " + error));
