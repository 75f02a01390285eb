using RobustSnn;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Import;
using RobustSnn.Robustness.Pruning;

string network = Path.Combine(args[0], "..", "convert-your-ann");
var sizes = TrainedNetwork.ReadSizes(Path.Combine(network, "sizes.yaml")).OrThrow();
var said = new ImportOptions(Normalisation: new PixelStatistics([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]), Size: 16) { Network = sizes };
using TrainedNetwork ann = TrainedNetwork.Import(Path.Combine(network, "model.pth"), said).OrThrow();
ann.Prune(0.75, new EveryFourth()).OrThrow();
int kept = ann.Model.Parameters.All.Where(each => each.Pattern is not null).Sum(each => each.Pattern!.Count);
int all = ann.Model.Parameters.All.Where(each => each.Specification.Prunable).Sum(each => each.Specification.Count);
Console.WriteLine($"{kept} of {all} weights exist");
Console.WriteLine(ann.Prune(0.5).Match(_ => "pruned twice", error => $"refused: {error}"));

/// <summary>Keeps weights at even distances, whatever they are: a method that nobody should use, and the shortest that can be written.</summary>
internal sealed class EveryFourth : IPruningMethod
{
    public string Description => "weights at even distances";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default) =>
        [.. layers.Select(layer => new KeptWeights(layer.Name, SparsityPattern.OfMask(
            [.. layer.Values.Select((_, i) => (int)((i + 1) * (1 - sparsity)) > (int)(i * (1 - sparsity)) ? 1f : 0f)])))];
}
