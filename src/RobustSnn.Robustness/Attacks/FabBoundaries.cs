using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// The boundaries between each sample's label and other classes, as the network has them if it is linear from where the sample is: FAB goes to
/// the nearest. Which classes, is counted in the order of the clean image's logits, without the label.
/// </summary>
internal sealed class FabBoundaries
{
    private readonly AttackBatch batch;
    private readonly AttackSettings settings;
    private readonly int first;
    private readonly int count;
    private readonly DeviceBuffer target;
    private readonly float[] targets; // (place, boundary)
    private readonly float[] vector;
    private readonly float[] gradients;
    private readonly float[] normals; // of the nearest, its gradient
    private readonly double[] values; // of the nearest, its class's logit minus the label's
    private readonly double[] distances; // of the nearest

    /// <param name="first">The first class looked at: 0 is the likeliest but the label.</param>
    /// <param name="count">How many, from that one on: as many gradients a step.</param>
    public FabBoundaries(AttackBatch batch, AttackSettings settings, int first, int count)
    {
        this.batch = batch;
        this.settings = settings;
        this.first = first;
        this.count = count;
        target = batch.Vector("fab.target");
        var places = batch.Classifier.Batch;
        targets = new float[places * count];
        vector = new float[places];
        gradients = new float[places * batch.Classifier.PixelCount];
        normals = new float[gradients.Length];
        values = new double[places];
        distances = new double[places];
    }

    /// <exception cref="BadInputException">There is no other class.</exception>
    public static void RequireClasses(string attack, IClassifier classifier)
    {
        if (classifier.Classes < LogitLoss.LogitDifference.LeastClasses())
        {
            throw new BadInputException(
                $"{attack} expects at least {LogitLoss.LogitDifference.LeastClasses()} classes, the network has {classifier.Classes}: nothing can be confused.");
        }
    }

    /// <summary>A sample has come to a place.</summary>
    /// <param name="cleanLogits">Its own, by the network as deployed.</param>
    public void Enter(int place, int label, ReadOnlySpan<float> cleanLogits)
    {
        var row = cleanLogits.ToArray();
        float[] ranked =
        [
            .. Enumerable.Range(0, row.Length).Where(each => each != label).OrderByDescending(each => row[each]).Select(each => (float)each),
        ];
        ranked.AsSpan(first, count).CopyTo(targets.AsSpan(place * count));
    }

    /// <summary>See <see cref="AttackRun.Moved"/>.</summary>
    public void Moved(ReadOnlySpan<int> sources) => HostRows.Move(targets, count, sources);

    /// <summary>Looks for the nearest boundary of each sample.</summary>
    /// <param name="images">Where the samples are.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Find(DeviceBuffer images)
    {
        distances.AsSpan().Fill(double.PositiveInfinity);
        for (var boundary = 0; boundary < count; boundary++)
        {
            this.settings.Cancellation.ThrowIfCancellationRequested();
            for (var place = 0; place < this.batch.Samples; place++)
            {
                vector[place] = targets[place * count + boundary];
            }

            target.Upload(vector.AsSpan(0, this.batch.Samples));
            var gradient = this.batch.LossGradient(images, LogitLoss.LogitDifference, null, this.settings, out _, target);
            gradient.Download(gradients.AsSpan(0, (int)this.batch.PixelCount));
            this.batch.LossValues.Download(vector.AsSpan(0, this.batch.Samples));
            for (var place = 0; place < this.batch.Samples; place++)
            {
                Compare(place, vector[place]);
            }
        }
    }

    /// <summary>The nearest boundary of a sample, as <see cref="HyperplaneProjection"/> takes it. False where no gradient was of finite numbers.</summary>
    public bool TryNearest(int place, out ReadOnlySpan<float> normal, out double value)
    {
        normal = Row(normals, place);
        value = values[place];
        return double.IsFinite(distances[place]);
    }

    private void Compare(int place, double value)
    {
        var gradient = Row(gradients, place);
        var norm = DualNorm(gradient);
        var distance = Math.Abs(value) / (1e-12 + norm);
        if (double.IsFinite(norm) && distance < distances[place])
        {
            (distances[place], values[place]) = (distance, value);
            gradient.CopyTo(Row(normals, place));
        }
    }

    /// <summary>By how much the value changes at most along a change of length 1.</summary>
    private double DualNorm(ReadOnlySpan<float> gradient)
    {
        var sum = 0.0;
        foreach (var each in gradient)
        {
            sum += this.settings.Budget.Norm == Norm.Infinity ? Math.Abs((double)each) : (double)each * each;
        }

        return this.settings.Budget.Norm == Norm.Infinity ? sum : Math.Sqrt(sum);
    }

    private Span<float> Row(float[] images, int place) =>
        images.AsSpan(place * this.batch.Classifier.PixelCount, this.batch.Classifier.PixelCount);
}
