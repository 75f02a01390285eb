using RobustSnn.Engine;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness;

namespace RobustSnn.Exchange.Traces;

/// <summary>What a trace's file has been held against.</summary>
/// <param name="Layers">How many layers of neurons were written.</param>
/// <param name="Spikes">Of all of them.</param>
/// <param name="Difference">The largest difference of logits from those of a pass that watches nothing; NaN where some are no finite numbers.</param>
public readonly record struct TraceSummary(int Layers, long Spikes, float Difference);

/// <summary>
/// A trace as NumPy's .npz: images (N, C, H, W); for each layer spikes/NAME, bytes, and membranes/NAME, floats before the reset, both
/// (N, T, C, H, W), and thresholds/NAME; logits_by_step (N, T, K), logits (N, K) and classes (N).
/// </summary>
public static class TraceFile
{
    /// <summary>Writes the trace, atomically, one layer in memory at a time.</summary>
    /// <param name="labels">The images' classes; empty where nobody says.</param>
    /// <exception cref="BadInputException">As <see cref="NetworkTrace"/>, or the file cannot be written.</exception>
    public static TraceSummary Write(
        string path, SpikingModel model, float[] images, ReadOnlyMemory<long> labels, int timesteps, CancellationToken cancellation = default)
    {
        using var trace = new NetworkTrace(model, images, timesteps);
        int count = trace.Images;
        var summary = default(TraceSummary);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new NpzWriter(stream);
            Shape input = model.Network.Input;
            archive.Add("images", images, count, input.Channels, input.Rows, input.Columns);
            if (!labels.IsEmpty)
            {
                archive.Add("labels", labels.Span, count);
            }

            foreach (TracedLayer layer in trace.Layers(cancellation))
            {
                int[] shape = [count, timesteps, layer.Shape.Channels, layer.Shape.Rows, layer.Shape.Columns];
                archive.Add($"spikes/{layer.Name}", layer.Spikes, shape);
                archive.Add($"membranes/{layer.Name}", layer.Membranes, shape);
                archive.Add($"thresholds/{layer.Name}", layer.Thresholds, layer.Thresholds.Length);
                summary = summary with { Layers = summary.Layers + 1, Spikes = summary.Spikes + layer.Spikes.Sum(spike => (long)spike) };
            }

            (float[] byStep, float[] mean) = trace.Logits(cancellation);
            int classes = model.Network.Classes;
            archive.Add("logits_by_step", byStep, count, byStep.Length / (count * classes), classes);
            archive.Add("logits", mean, count, classes);
            var found = new int[count];
            Predictions.Of(mean, classes, found);
            archive.Add("classes", [.. found.Select(label => (long)label)], count);
            summary = summary with { Difference = Difference(model, images, count, timesteps, mean) };
        });
        return summary;
    }

    private static float Difference(SpikingModel model, float[] images, int count, int timesteps, float[] logits)
    {
        using var plan = new Plan(model, count, timesteps, PassMode.Inference);
        plan.Pixels.Upload(images);
        plan.Forward(count);
        return plan.Logits.ToArray().Zip(logits, (plain, traced) => Math.Abs(plain - traced)).Aggregate(0f, Math.Max); // NaN stays NaN, as LINQ's Max would not have it
    }
}
