using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>What the user says of a file of somebody else's network; null where nothing was said.</summary>
/// <param name="Architecture">One of <see cref="ForeignArchitectures.Names"/>; null to recognise it by names and shapes.</param>
/// <param name="Keep">The share of its weights that a layer with scores keeps, above 0 and at most 1: no file says it.</param>
/// <param name="Normalisation">What the network normalises pixels in [0,1] with; null for what the file, else the architecture, says.</param>
/// <param name="Size">Rows and columns of its images; null for those that the architecture was made for.</param>
/// <param name="Timesteps">T that a converted network runs with, 0 to run it with ReLU: no file says it.</param>
/// <param name="Leak">Of a converted network's neurons; null for 1, as in the papers.</param>
/// <param name="Reset">Of a converted network's neurons; null for the papers' hard one.</param>
public sealed record ImportOptions(
    string? Architecture = null, double? Keep = null, PixelStatistics? Normalisation = null, int? Size = null, int? Timesteps = null, double? Leak = null,
    Reset? Reset = null)
{
    /// <summary>A network of the user's own, by its sizes: tensors are its parameters by order and shape. Null to recognise the network by names.</summary>
    public NetworkSettings? Network { get; init; }
}
