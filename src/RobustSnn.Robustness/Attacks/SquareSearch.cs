using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <summary>One run of Square over a batch.</summary>
internal sealed class SquareSearch
{
    private readonly AttackBatch batch;
    private readonly float radius;
    private readonly ISquareDraws draws;
    private readonly Shape shape;
    private readonly DeviceBuffer device;
    private readonly float[] best;
    private readonly float[] clean;
    private readonly float[] candidates; // of the remaining samples, in their order
    private readonly float[] logits;
    private readonly int[] predictions;
    private readonly int[] remaining; // samples that are right still, Remaining of them
    private readonly bool[] fooled;
    private readonly float[] margins;
    private readonly int[] queries;

    public SquareSearch(AttackBatch batch, float radius, ISquareDraws draws)
    {
        this.batch = batch;
        this.radius = radius;
        this.draws = draws;
        shape = batch.Classifier.ImageShape;
        device = batch.Images("square.candidates");
        clean = batch.Clean.ToArray((int)batch.PixelCount);
        best = [.. clean];
        candidates = [.. clean];
        logits = new float[batch.Samples * batch.Classifier.Classes];
        predictions = new int[batch.Samples];
        remaining = [.. Enumerable.Range(0, batch.Samples)];
        fooled = new bool[batch.Samples];
        margins = new float[batch.Samples];
        queries = new int[batch.Samples];
        Remaining = batch.Samples;
    }

    /// <summary>Samples that nothing has fooled the network on yet.</summary>
    public int Remaining { get; private set; }

    /// <summary>Leaves out what is wrong as it is, and begins with stripes.</summary>
    public void Start()
    {
        Show();
        for (var slot = 0; slot < Remaining; slot++)
        {
            margins[remaining[slot]] = Margin(slot);
        }

        Leave(markFooled: false);
        Span<float> signs = new float[shape.Channels * shape.Columns];
        for (var slot = 0; slot < Remaining; slot++)
        {
            draws.Stripes(remaining[slot], signs);
            var image = Image(candidates, slot);
            var clean = Clean(remaining[slot]);
            for (var i = 0; i < image.Length; i++)
            {
                var (channel, column) = (i / (shape.Rows * shape.Columns), i % shape.Columns);
                image[i] = Math.Clamp(clean[i] + radius * signs[channel * shape.Columns + column], 0, 1);
            }
        }

        Ask(isFirst: true);
    }

    /// <summary>Moves a square of each remaining sample and keeps it where it helps.</summary>
    public void Query(int query, int side)
    {
        Span<float> signs = stackalloc float[16];
        signs = shape.Channels <= signs.Length ? signs[..shape.Channels] : new float[shape.Channels];
        for (var slot = 0; slot < Remaining; slot++)
        {
            var sample = remaining[slot];
            var image = Image(candidates, slot);
            var clean = Clean(sample);
            Image(best, sample).CopyTo(image);

            // As the reference: the last row and column that it could begin in are left out, but where there is only one.
            var (row, column) = draws.Square(sample, query, Math.Max(shape.Rows - side, 1), Math.Max(shape.Columns - side, 1), signs);
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                for (var y = row; y < row + side; y++)
                {
                    var first = (channel * shape.Rows + y) * shape.Columns + column;
                    for (var i = first; i < first + side; i++)
                    {
                        var moved = Math.Clamp(image[i] + 2 * radius * signs[channel], clean[i] - radius, clean[i] + radius);
                        image[i] = Math.Clamp(moved, 0, 1);
                    }
                }
            }
        }

        Ask(isFirst: false);
    }

    /// <summary>Writes the batch's adversarial images.</summary>
    public SquareOutcome Finish()
    {
        for (var sample = 0; sample < fooled.Length; sample++)
        {
            if (!fooled[sample])
            {
                Clean(sample).CopyTo(Image(best, sample));
            }
        }

        this.batch.Adversarial.Upload(best);
        return new SquareOutcome(margins, queries);
    }

    /// <summary>Shows the network the candidates, and takes those that are better, that fool it, or that are the first.</summary>
    private void Ask(bool isFirst)
    {
        if (Remaining == 0)
        {
            return;
        }

        Show();
        for (var slot = 0; slot < Remaining; slot++)
        {
            var sample = remaining[slot];
            queries[sample]++;
            var margin = Margin(slot);
            if (isFirst || margin < margins[sample] || IsWrong(slot))
            {
                margins[sample] = margin;
                Image(candidates, slot).CopyTo(Image(best, sample));
            }
        }

        Leave(markFooled: true);
    }

    private void Show()
    {
        device.Upload(candidates.AsSpan(0, Remaining * shape.Count));
        var shown = this.batch.Classifier.Logits(device, Remaining);
        shown.Download(this.logits.AsSpan(0, Remaining * this.batch.Classifier.Classes));
        Predictions.Of(this.logits, this.batch.Classifier.Classes, predictions.AsSpan(0, Remaining));
    }

    /// <summary>Leaves out the samples whose candidate the network got wrong.</summary>
    private void Leave(bool markFooled)
    {
        var next = 0;
        for (var slot = 0; slot < Remaining; slot++)
        {
            var sample = remaining[slot];
            if (IsWrong(slot))
            {
                fooled[sample] = markFooled;
            }
            else
            {
                remaining[next++] = sample;
            }
        }

        Remaining = next;
    }

    private bool IsWrong(int slot) => predictions[slot] != this.batch.LabelsHost[remaining[slot]];

    /// <summary>f_y − max_{i≠y} f_i of a candidate.</summary>
    private float Margin(int slot)
    {
        var row = this.logits.AsSpan(slot * this.batch.Classifier.Classes, this.batch.Classifier.Classes);
        var label = this.batch.LabelsHost[remaining[slot]];
        var other = float.NegativeInfinity;
        for (var i = 0; i < row.Length; i++)
        {
            other = i == label ? other : Math.Max(other, row[i]);
        }

        return row[label] - other;
    }

    private Span<float> Image(float[] images, int index) => images.AsSpan(index * shape.Count, shape.Count);

    private ReadOnlySpan<float> Clean(int sample) => clean.AsSpan(sample * shape.Count, shape.Count);
}
