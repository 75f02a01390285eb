using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What a network says of some images in one pass over them.</summary>
internal sealed class Logits
{
    private readonly float[] values;
    private readonly int classes;

    private Logits(float[] values, int classes)
    {
        this.values = values;
        this.classes = classes;
        Predictions = new int[values.Length / classes];
        Robustness.Predictions.Of(values, classes, Predictions);
    }

    /// <summary>The class of each image.</summary>
    public int[] Predictions { get; }

    /// <summary>Of one image.</summary>
    public ReadOnlySpan<float> this[int sample] => values.AsSpan(sample * classes, classes);

    /// <summary>The largest magnitude of a logit that is a finite number.</summary>
    public double Largest => values.Where(float.IsFinite).Select(value => Math.Abs((double)value)).DefaultIfEmpty(0).Max();

    /// <summary>All samples of the source, in batches as large as the classifier takes.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Logits Of(IClassifier classifier, ISampleSource samples, CancellationToken cancellation)
    {
        classifier.Cancellation = cancellation;
        var images = new float[classifier.Batch * classifier.PixelCount];
        var logits = new float[samples.Count * classifier.Classes];
        using var device = classifier.Backend.Allocate(images.Length);
        for (var first = 0; first < samples.Count; first += classifier.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(classifier.Batch, samples.Count - first);
            for (var i = 0; i < count; i++)
            {
                samples.Read(first + i, images.AsSpan(i * classifier.PixelCount, classifier.PixelCount));
            }

            device.Upload(images.AsSpan(0, count * classifier.PixelCount));
            classifier.Logits(device, count).Download(logits.AsSpan(first * classifier.Classes, count * classifier.Classes));
        }

        return new Logits(logits, classifier.Classes);
    }

    /// <summary>How many images another pass takes for another class.</summary>
    public int ChangedIn(Logits other) => Predictions.Zip(other.Predictions).Count(pair => pair.First != pair.Second);

    /// <summary>The largest difference of two logits that both are finite numbers; those that are not show in the predictions.</summary>
    public double LargestDifference(Logits other) => values.Zip(other.values, (mine, its) => Math.Abs((double)mine - its))
        .Where(double.IsFinite).DefaultIfEmpty(0).Max();
}
