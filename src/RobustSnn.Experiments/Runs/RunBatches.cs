using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Runs;

/// <summary>Training images as they are, for what looks at a network without training it.</summary>
internal static class RunBatches
{
    /// <summary>The first batches of the stage's own order, each (sample, channel, row, column); fewer where there are not as many.</summary>
    public static IReadOnlyList<float[]> Of(RunContext context, uint stage, int batchSize, int count)
    {
        var images = context.Data.Set.Train;
        var size = Math.Min(batchSize, context.Data.Training.Length);
        var sampler = new BatchSampler(context.Data.Training, size, dropLast: true);
        return [.. sampler.Epoch(new ImagePass(context.Settings.Seed, stage, Epoch: 0)).Take(count).Select(batch =>
        {
            var pixels = new float[batch.Length * images.ImageShape.Count];
            images.CopyImages(batch.Span, pixels);
            return pixels;
        })];
    }
}
