using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>A small network with random weights, three quarters of them pruned.</summary>
internal sealed class PrunedModel : IDisposable
{
    private readonly IBackend backend = Backends.Open(options: new(1));

    public PrunedModel(double sparsity = 0.75)
    {
        var ann = Architectures.build("vggmini", 4, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        Model = new SpikingModel(ann, backend);
        Model.Initialise(1);
        foreach (var kept in sparsity > 0 ? MagnitudePruning.PerLayer(PrunableWeights.Of(Model), sparsity) : [])
        {
            Model.Parameters.Prune(kept.Name, kept.Pattern);
        }
    }

    public SpikingModel Model { get; }

    public IBackend Backend => backend;

    /// <summary>Values and patterns of all parameters.</summary>
    public static IEnumerable<string> Describe(SpikingModel model) => model.Parameters.All.Select(parameter =>
        $"{parameter.Name}: {string.Join(" ", parameter.Pattern?.Existing.ToArray() ?? [])}; {string.Join(" ", parameter.Value.ToArray())}");

    public void Dispose()
    {
        Model.Dispose();
        backend.Dispose();
    }
}
