using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>
/// How many values BatchNorm takes the statistics of a channel over. One has no variance: it is normalised to 0 whatever it was, so that
/// everything behind sees the same for every image, and training comes to chance without a fault to be seen.
/// </summary>
public static class NormalisedValues
{
    /// <summary>Refuses batches of which some BatchNorm sees one value a channel.</summary>
    /// <param name="samples">Of the smallest batch.</param>
    /// <param name="timesteps">T; 0 for the network as an ANN. Values that are the same at every timestep count once.</param>
    /// <exception cref="BadInputException">There is such a BatchNorm; the message names it.</exception>
    public static void Require(SpikingModel model, int samples, int timesteps)
    {
        var isStatic = Graph.isStatic(model.Network).ToArray();
        for (var node = 0; node < model.Shapes.Count; node++)
        {
            var shape = model.Shapes[node];
            var steps = isStatic[node] ? 1 : Math.Max(1, timesteps);
            if (model.Network.Nodes[node].Operation.IsBatchNorm && (long)samples * steps * shape.Rows * shape.Columns < 2)
            {
                throw new BadInputException(
                    $"{model.Network.Nodes[node].Name}: BatchNorm expects more than 1 value a channel, found a batch of {samples} on maps of "
                    + $"{shape.Rows} x {shape.Columns}{(timesteps > 0 ? "" : " at T = 0")}: one value has no variance. Take larger batches or larger images; "
                    + "a last batch is smaller where the batch size does not divide the number of images");
            }
        }
    }
}
