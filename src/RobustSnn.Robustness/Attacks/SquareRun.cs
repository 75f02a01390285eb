using RobustSnn.Engine.Layout;

namespace RobustSnn.Robustness.Attacks;

/// <summary>A run of Square: each step is a query of every sample that nothing has fooled the network on yet; the first shows what it starts with.</summary>
public sealed class SquareRun : AttackRun
{
    private readonly int queries;
    private readonly ISquareMoves moves;
    private readonly int pixels;
    private readonly DeviceBuffer shown;
    private readonly float[] clean;
    private readonly float[] best;
    private readonly float[] margins; // at the best image
    private readonly int[] asked; // queries so far
    private readonly bool[] fooled;
    private readonly float[] candidates; // side by side, of the samples at asking[0], asking[1], …
    private readonly int[] asking;
    private readonly float[] logits;
    private readonly int[] predictions;
    private readonly float[] marks;

    internal SquareRun(AttackBatch batch, AttackSettings settings, int queries, ISquareMoves moves)
        : base(batch, settings)
    {
        this.queries = queries;
        this.moves = moves;
        this.pixels = batch.Classifier.PixelCount;
        shown = batch.Images("square.candidates");
        var places = batch.Classifier.Batch;
        clean = new float[places * this.pixels];
        best = new float[clean.Length];
        candidates = new float[clean.Length];
        margins = new float[places];
        asked = new int[places];
        fooled = new bool[places];
        asking = new int[places];
        this.logits = new float[places * Classes];
        predictions = new int[places];
        marks = new float[places];
    }

    /// <summary>The queries, and the one before them.</summary>
    public override int Steps => (int)Math.Min((long)this.queries + 1, int.MaxValue);

    /// <summary>What it has found of each sample of the batch so far.</summary>
    public SquareOutcome Outcome => new(margins[..Batch.Samples], asked[..Batch.Samples]);

    private int Classes => Batch.Classifier.Classes;

    public override bool EndsWhereBroken => true;

    public override void Enter(DeviceBuffer entering)
    {
        Batch.BeginSamples(Settings.Estimator, entering);
        entering.Download(marks.AsSpan(0, Batch.Samples));
        Batch.CleanLogits.Download(this.logits.AsSpan(0, Batch.Samples * Classes));
        Predictions.Of(this.logits, Classes, predictions.AsSpan(0, Batch.Samples));
        for (var place = 0; place < Batch.Samples; place++)
        {
            if (marks[place] != 0)
            {
                var image = Image(clean, place);
                Batch.Clean.Download(image, (long)place * this.pixels);
                Batch.Adversarial.Upload(image, (long)place * this.pixels);
                margins[place] = Margin(place, Batch.LabelsHost[place]);
                asked[place] = 0;
                fooled[place] = predictions[place] != Batch.LabelsHost[place];
            }
        }
    }

    public override void Step(ReadOnlySpan<int> ages)
    {
        Settings.Cancellation.ThrowIfCancellationRequested();
        var count = Propose(ages);
        if (count > 0)
        {
            Ask(count);
        }

        for (var place = 0; place < ages.Length; place++)
        {
            marks[place] = fooled[place] ? 1 : 0;
        }

        Batch.Broken.Upload(marks.AsSpan(0, ages.Length));
    }

    public override void Moved(ReadOnlySpan<int> sources)
    {
        HostRows.Move(clean, this.pixels, sources);
        HostRows.Move(best, this.pixels, sources);
        HostRows.Move(margins, 1, sources);
        HostRows.Move(asked, 1, sources);
        HostRows.Move(fooled, 1, sources);
    }

    /// <summary>Lays the candidates side by side. Gives their number.</summary>
    private int Propose(ReadOnlySpan<int> ages)
    {
        var count = 0;
        for (var place = 0; place < ages.Length; place++)
        {
            if (fooled[place])
            {
                continue;
            }

            var candidate = Image(candidates, count);
            if (asked[place] == 0)
            {
                this.moves.Start(Batch.NumbersHost[place], Image(clean, place), candidate);
            }
            else
            {
                Image(best, place).CopyTo(candidate);
                this.moves.Move(Batch.NumbersHost[place], ages[place] - 1, Image(clean, place), candidate);
            }

            asking[count++] = place;
        }

        return count;
    }

    /// <summary>Shows the network the candidates, and takes those that are better, that fool it, or that are the first.</summary>
    private void Ask(int count)
    {
        shown.Upload(candidates.AsSpan(0, count * this.pixels));
        Batch.Classifier.Logits(shown, count).Download(this.logits.AsSpan(0, count * Classes));
        Predictions.Of(this.logits, Classes, predictions.AsSpan(0, count));
        for (var slot = 0; slot < count; slot++)
        {
            var place = asking[slot];
            var margin = Margin(slot, Batch.LabelsHost[place]);
            fooled[place] = predictions[slot] != Batch.LabelsHost[place];
            if (asked[place]++ == 0 || margin < margins[place] || fooled[place])
            {
                margins[place] = margin;
                Image(candidates, slot).CopyTo(Image(best, place));
            }

            if (fooled[place])
            {
                Batch.Adversarial.Upload(Image(best, place), (long)place * this.pixels);
            }
        }
    }

    /// <summary>f_y − max_{i≠y} f_i of a row of the logits.</summary>
    private float Margin(int index, int label)
    {
        var row = this.logits.AsSpan(index * Classes, Classes);
        var other = float.NegativeInfinity;
        for (var i = 0; i < row.Length; i++)
        {
            other = i == label ? other : Math.Max(other, row[i]);
        }

        return row[label] - other;
    }

    private Span<float> Image(float[] images, int index) => images.AsSpan(index * this.pixels, this.pixels);
}
