using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>BatchNorm's running statistics, estimated on images without training anything else.</summary>
public static class RunningStatistics
{
    /// <summary>Runs the network in training mode over the batches, each of which moves the running statistics by a tenth.</summary>
    /// <param name="model">Only its running means and variances change.</param>
    /// <param name="miniBatches">Images (sample, channel, row, column) in [0,1].</param>
    public static void Estimate(SpikingModel model, int timesteps, IReadOnlyList<float[]> miniBatches)
    {
        var pixels = model.PixelCount;
        using var plan = new Plan(model, miniBatches.Max(images => images.Length) / pixels, timesteps, PassMode.Training);
        for (var i = 0; i < miniBatches.Count; i++)
        {
            plan.Pixels.Upload(miniBatches[i]);
            plan.Forward(miniBatches[i].Length / pixels, new RandomKey(0, (ulong)i));
        }
    }
}
