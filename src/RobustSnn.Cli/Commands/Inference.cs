using System.Diagnostics;
using System.Globalization;
using System.Text;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Runs;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary>A network on labelled images, a batch at a time.</summary>
/// <param name="writesLines">Whether <see cref="Lines"/> are wanted.</param>
internal sealed class Inference(InferredNetwork network, ImageSamples images, bool writesLines)
{
    private readonly StringBuilder lines = new();
    private readonly float[] pixels = new float[network.Batch * network.PixelCount];
    private readonly float[] logits = new float[network.Batch * network.Classes];
    private readonly int[] predictions = new int[network.Batch];
    private readonly double[] spikes = new double[network.Layers.Count];
    private readonly double[] batchSpikes = new double[network.Layers.Count];

    /// <summary>Comma-separated values: a header, then for each image index, label, prediction and logits, which read back to the same floats.</summary>
    public string Lines => lines.ToString();

    /// <summary>Runs all images once. The first batch runs before, too, so that the time is that of a program that is warm.</summary>
    /// <param name="progress">Told how many images are done.</param>
    /// <exception cref="OperationCanceledException">Cancelled, between batches.</exception>
    public InferenceResult Run(Action<int> progress, CancellationToken cancellation)
    {
        WriteHeader();
        var time = TimeSpan.Zero;
        int correct = 0;
        int withoutClass = 0;
        for (int start = 0; start < images.Count; start += network.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(network.Batch, images.Count - start);
            Read(start, count);
            if (start == 0)
            {
                Compute(count);
            }

            long before = Stopwatch.GetTimestamp();
            Compute(count);
            time += Stopwatch.GetElapsedTime(before);
            for (int layer = 0; layer < spikes.Length; layer++)
            {
                spikes[layer] += batchSpikes[layer];
            }

            Predictions.Of(logits.AsSpan(0, count * network.Classes), network.Classes, predictions.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                correct += predictions[i] == images.Label(start + i) ? 1 : 0;
                withoutClass += predictions[i] == Predictions.None ? 1 : 0;
                WriteLine(start + i, i);
            }

            progress(start + count);
        }

        return new InferenceResult(
            images.Count, network.Timesteps, network.Batch, network.Engine, images.Count / time.TotalSeconds, correct,
            Interval.ClopperPearson(correct, images.Count), withoutClass, [.. network.Layers.Select(Activity)]);
    }

    private void Compute(int count) =>
        network.Run(pixels.AsSpan(0, count * network.PixelCount), logits.AsSpan(0, count * network.Classes), batchSpikes);

    private void Read(int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            images.Read(start + i, pixels.AsSpan(i * network.PixelCount, network.PixelCount));
        }
    }

    private LayerActivity Activity(SpikingLayer layer, int index)
    {
        double perImage = spikes[index] / images.Count;
        return new LayerActivity(layer.Name, perImage, perImage / network.Timesteps / layer.Neurons);
    }

    private void WriteHeader()
    {
        if (writesLines)
        {
            lines.Append("index,label,prediction").AppendJoin("", Enumerable.Range(0, network.Classes).Select(label => $",logit_{label}")).Append('\n');
        }
    }

    private void WriteLine(int image, int inBatch)
    {
        if (!writesLines)
        {
            return;
        }

        lines.Append(CultureInfo.InvariantCulture, $"{images.Number(image)},{images.Label(image)},{predictions[inBatch]}");
        foreach (float logit in logits.AsSpan(inBatch * network.Classes, network.Classes))
        {
            lines.Append(CultureInfo.InvariantCulture, $",{logit:R}");
        }

        lines.Append('\n');
    }
}
