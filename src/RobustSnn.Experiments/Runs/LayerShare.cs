using RobustSnn.Engine;

namespace RobustSnn.Experiments.Runs;

/// <summary>How much of a layer pruning kept.</summary>
/// <param name="Name">Of the layer's weights.</param>
/// <param name="Kept">Weights that exist.</param>
/// <param name="Total">Weights of the dense layer.</param>
public sealed record LayerShare(string Name, long Kept, long Total)
{
    /// <summary>Those of every prunable parameter, in the order of the network's nodes.</summary>
    public static IReadOnlyList<LayerShare> Of(SpikingModel model) =>
    [
        .. model.Parameters.All.Where(parameter => parameter.Specification.Prunable)
            .Select(parameter => new LayerShare(parameter.Name, parameter.Value.Length, parameter.Specification.Count)),
    ];
}
