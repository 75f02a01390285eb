using RobustSnn;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Import;

string network = Path.Combine(args[0], "..", "convert-your-ann");
var sizes = TrainedNetwork.ReadSizes(Path.Combine(network, "sizes.yaml")).OrThrow();
var said = new ImportOptions(Normalisation: new PixelStatistics([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]), Size: 16) { Network = sizes };
using TrainedNetwork ann = TrainedNetwork.Import(Path.Combine(network, "model.pth"), said).OrThrow();
using TrainedNetwork snn = ann.ToSpiking(ImageFolder.Read(Path.Combine(args[0], "images"), ann), new SpikingOptions(Timesteps: 64, Scale: 1)).OrThrow();

// Two images in memory at a time, however many the folder has.
foreach (Result<Classified> next in snn.Classify(ImageFolder.Read(Path.Combine(args[0], "images"), snn, batch: 2)))
{
    Classified found = next.OrThrow();
    foreach ((string file, int label) in found.Images.Names!.Zip(found.Classes))
    {
        Console.WriteLine($"{file}: class {label}");
    }
}

Console.WriteLine(snn.Classify(ImageFolder.Read(Path.Combine(args[0], "nowhere"), snn)).Single().Error);
