using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// A run of FAB, which looks for the smallest change of an image that the network gets wrong, whatever the ball. A step takes the network for
/// linear where the sample is, goes a little beyond the nearest of its boundaries, drawn towards the clean image, and comes most of the way back
/// to that from images that the network gets wrong. The last steps search the line from the clean image to the nearest of those.
/// </summary>
/// <remarks>Images lie on the host, where they are projected; the device computes gradients and logits.</remarks>
public sealed class FabRun : AttackRun
{
    private const double LargestPull = 0.1; // α_max: what the clean image's projection weighs at most
    private const double Overshoot = 1.05; // η
    private const double Back = 0.9; // β
    private const double StartShare = 0.5; // of the ball's radius
    private const double LeastLength = 1e-8;
    private const int SearchSteps = 3;

    private readonly int approaches;
    private readonly FabBoundaries boundaries;
    private readonly RandomKey? start;
    private readonly int pixels;
    private readonly DeviceBuffer shown;
    private readonly DeviceBuffer wrong;
    private readonly float[] clean;
    private readonly float[] current;
    private readonly float[] nearest; // the nearest image that the network got wrong
    private readonly double[] distances; // its distance from the clean image
    private readonly SearchedLine[] lines;
    private readonly float[] logits;
    private readonly float[] marks;
    private readonly double[] change;
    private readonly double[] cleanChange;

    /// <param name="steps">Steps towards boundaries, before those that search.</param>
    /// <param name="boundaries">Which.</param>
    /// <param name="start">Of the draws that samples start from, at half the ball's radius; null for the clean images.</param>
    internal FabRun(AttackBatch batch, AttackSettings settings, int steps, FabBoundaries boundaries, RandomKey? start)
        : base(batch, settings)
    {
        approaches = steps;
        this.boundaries = boundaries;
        this.start = start;
        this.pixels = batch.Classifier.PixelCount;
        shown = batch.Images("fab.shown");
        wrong = batch.Vector("fab.wrong");
        var places = batch.Classifier.Batch;
        clean = new float[places * this.pixels];
        current = new float[clean.Length];
        nearest = new float[clean.Length];
        distances = new double[places];
        lines = new SearchedLine[places];
        this.logits = new float[places * Classes];
        marks = new float[places];
        change = new double[this.pixels];
        cleanChange = new double[this.pixels];
    }

    public override int Steps => (int)Math.Min((long)approaches + SearchSteps, int.MaxValue);

    /// <summary>
    /// Of each sample of the batch, how far from its clean image the nearest image is that the network as deployed was seen to get wrong, as the
    /// budget's norm measures it; infinite where there is none yet. Larger than the radius is no fault: such an image does not count.
    /// </summary>
    public ReadOnlySpan<double> Distances => distances.AsSpan(0, Batch.Samples);

    private Norm Norm => Settings.Budget.Norm;

    private int Classes => Batch.Classifier.Classes;

    public override void Enter(DeviceBuffer entering)
    {
        Batch.BeginSamples(Settings.Estimator, entering);
        entering.Download(marks.AsSpan(0, Batch.Samples));
        Batch.CleanLogits.Download(this.logits.AsSpan(0, Batch.Samples * Classes));
        for (var place = 0; place < Batch.Samples; place++)
        {
            if (marks[place] != 0)
            {
                Enter(place);
            }
        }
    }

    public override void Step(ReadOnlySpan<int> ages)
    {
        Settings.Cancellation.ThrowIfCancellationRequested();
        if (ages.ContainsAnyInRange(0, approaches - 1))
        {
            Show();
            boundaries.Find(shown);
        }

        for (var place = 0; place < ages.Length; place++)
        {
            if (ages[place] < approaches)
            {
                Approach(place);
            }
            else
            {
                Interpolate(Image(clean, place), Image(nearest, place), lines[place].Next, Image(current, place));
            }
        }

        Show();
        var seen = Batch.Classifier.Logits(shown, ages.Length);
        Batch.MarkWrong(seen, wrong);
        seen.Download(this.logits.AsSpan(0, ages.Length * Classes));
        wrong.Download(marks.AsSpan(0, ages.Length));
        for (var place = 0; place < ages.Length; place++)
        {
            Note(place, marks[place] != 0, searches: ages[place] >= approaches);
            marks[place] = distances[place] <= Settings.Budget.Radius ? 1 : 0;
        }

        Batch.Broken.Upload(marks.AsSpan(0, ages.Length));
    }

    public override void Moved(ReadOnlySpan<int> sources)
    {
        HostRows.Move(clean, this.pixels, sources);
        HostRows.Move(current, this.pixels, sources);
        HostRows.Move(nearest, this.pixels, sources);
        HostRows.Move(distances, 1, sources);
        HostRows.Move(lines, 1, sources);
        boundaries.Moved(sources);
    }

    private void Enter(int place)
    {
        var image = Image(clean, place);
        Batch.Clean.Download(image, (long)place * this.pixels);
        Batch.Adversarial.Upload(image, (long)place * this.pixels);
        image.CopyTo(Image(nearest, place));
        image.CopyTo(Image(current, place));
        if (this.start is { } key)
        {
            MoveAtRandom(Image(current, place), key.Derive((ulong)Batch.NumbersHost[place]));
        }

        var label = Batch.LabelsHost[place];
        Span<int> prediction = stackalloc int[1];
        Predictions.Of(Logits(place), Classes, prediction);
        distances[place] = prediction[0] == label ? double.PositiveInfinity : 0;
        lines[place] = new SearchedLine(Lead(place));
        boundaries.Enter(place, label, Logits(place));
    }

    /// <summary>As the authors' code: ±ε/2 in L∞ at the pixel that the draw is largest at; in L2 that far in a normal direction.</summary>
    private void MoveAtRandom(Span<float> image, RandomKey key)
    {
        var draw = new float[image.Length];
        if (Norm == Norm.Infinity)
        {
            RandomDraws.FillUniform(draw, key, 0);
        }
        else
        {
            RandomDraws.FillNormal(draw, key, 0);
        }

        for (var i = 0; i < draw.Length; i++)
        {
            change[i] = Norm == Norm.Infinity ? 2 * draw[i] - 1 : draw[i];
        }

        var scale = StartShare * Settings.Budget.Radius / Math.Max(Length(change), LeastLength);
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (float)Math.Clamp(image[i] + scale * change[i], 0, 1);
        }
    }

    /// <summary>
    /// Beyond the nearest boundary by the overshoot: from where the sample is, and from the clean image, which weighs the more the nearer it is to
    /// the boundary in comparison.
    /// </summary>
    private void Approach(int place)
    {
        if (!boundaries.TryNearest(place, out var normal, out var value))
        {
            return;
        }

        var here = Image(current, place);
        var origin = Image(clean, place);
        HyperplaneProjection.Change(Norm, here, normal, value, change);
        for (var i = 0; i < here.Length; i++)
        {
            value += normal[i] * ((double)origin[i] - here[i]);
        }

        HyperplaneProjection.Change(Norm, origin, normal, value, cleanChange);
        var (length, cleanLength) = (Math.Max(Length(change), LeastLength), Math.Max(Length(cleanChange), LeastLength));
        var pull = Math.Min(length / (length + cleanLength), LargestPull);
        for (var i = 0; i < here.Length; i++)
        {
            here[i] = (float)Math.Clamp(
                (1 - pull) * (here[i] + Overshoot * change[i]) + pull * (origin[i] + Overshoot * cleanChange[i]), 0, 1);
        }
    }

    /// <summary>What the network said about where the sample is now.</summary>
    private void Note(int place, bool isWrong, bool searches)
    {
        var here = Image(current, place);
        var origin = Image(clean, place);
        if (searches)
        {
            lines[place] = lines[place].After(isWrong, Lead(place));
        }

        if (!isWrong)
        {
            return;
        }

        for (var i = 0; i < here.Length; i++)
        {
            change[i] = (double)here[i] - origin[i];
        }

        var distance = Length(change);
        if (distance < distances[place])
        {
            distances[place] = distance;
            here.CopyTo(Image(nearest, place));
            lines[place] = lines[place] with { OuterLead = Lead(place) };
            if (distance <= Settings.Budget.Radius)
            {
                Batch.Adversarial.Upload(here, (long)place * this.pixels);
            }
        }

        if (!searches)
        {
            Interpolate(origin, here, Back, here);
        }
    }

    private static void Interpolate(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double share, Span<float> image)
    {
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (float)(from[i] + share * ((double)to[i] - from[i]));
        }
    }

    private void Show() => shown.Upload(current.AsSpan(0, (int)Batch.PixelCount));

    private double Length(double[] values)
    {
        var length = 0.0;
        foreach (var each in values)
        {
            length = Norm == Norm.Infinity ? Math.Max(length, Math.Abs(each)) : length + each * each;
        }

        return Norm == Norm.Infinity ? length : Math.Sqrt(length);
    }

    /// <summary>By how much the largest logit of another class is above the label's.</summary>
    private double Lead(int place)
    {
        var row = Logits(place);
        var (label, other) = (Batch.LabelsHost[place], float.NegativeInfinity);
        for (var i = 0; i < row.Length; i++)
        {
            other = i == label ? other : Math.Max(other, row[i]);
        }

        return (double)other - row[label];
    }

    private Span<float> Image(float[] images, int place) => images.AsSpan(place * this.pixels, this.pixels);

    private ReadOnlySpan<float> Logits(int place) => this.logits.AsSpan(place * Classes, Classes);
}
