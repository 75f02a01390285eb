using RobustSnn.Engine.Layout;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>How full the passes of attacks were.</summary>
/// <param name="Useful">Samples that passes were made for, each counted in each pass.</param>
/// <param name="Computed">Samples that the passes had room for, in whole blocks of the layout.</param>
public readonly record struct LaneUse(long Useful, long Computed)
{
    /// <summary>From 0 to 1; 1 where there was no pass.</summary>
    public double Share => Computed == 0 ? 1 : (double)Useful / Computed;

    public static LaneUse operator +(LaneUse left, LaneUse right) => new(left.Useful + right.Useful, left.Computed + right.Computed);
}

/// <summary>Runs an attack over samples that wait, with as many in flight as a batch holds: who is done makes room for the next.</summary>
internal sealed class LanePool(AttackBatch batch, EvaluatedSamples samples, Verification verification)
{
    private const int Empty = -1;

    private readonly float[] pixels = new float[batch.Classifier.PixelCount];
    private readonly float[] marks = new float[batch.Classifier.Batch];
    private readonly float[] broken = new float[batch.Classifier.Batch];
    private readonly float[][] doubts = [.. Enumerable.Range(0, 3).Select(_ => new float[batch.Classifier.Batch])];
    private readonly int[] ages = new int[batch.Classifier.Batch];
    private readonly int[] lanes = new int[batch.Classifier.Batch]; // the place in the source of each lane's sample, or Empty

    public LaneUse Use { get; private set; }

    /// <summary>Hands each sample, once its run has ended, to the verification, which has seen them all in the end.</summary>
    /// <param name="waiting">Places of the samples, in the order in which they begin.</param>
    /// <param name="stepsBefore">Steps that they had in rounds before.</param>
    /// <exception cref="OperationCanceledException">Cancelled: samples in flight are not judged.</exception>
    public void Run(AttackRun run, IReadOnlyList<int> waiting, int stepsBefore)
    {
        batch.Clear();
        var (next, inFlight) = (0, 0);
        while (true)
        {
            var entering = Fill(waiting, ref next);
            inFlight += entering;
            if (inFlight == 0)
            {
                break;
            }

            if (entering > 0)
            {
                EnterMarked(run);
            }
            else
            {
                Close(run, inFlight);
            }

            Use += new LaneUse(inFlight, batch.Classifier.SamplesComputed(batch.Samples));
            run.Step(ages.AsSpan(0, batch.Samples));
            inFlight -= TakeOut(run, stepsBefore);
        }

        verification.Flush();
    }

    /// <summary>Puts waiting samples where there is room. Gives how many.</summary>
    private int Fill(IReadOnlyList<int> waiting, ref int next)
    {
        var first = next;
        for (var lane = 0; lane < batch.Classifier.Batch && next < waiting.Count; lane++)
        {
            var isFree = lane >= batch.Samples || lanes[lane] == Empty;
            if (isFree)
            {
                var place = waiting[next++];
                samples.Read(place, pixels, pixels.Length);
                batch.Place(lane, pixels, samples.Label(place), samples.Number(place), samples.Logits(place));
                (lanes[lane], ages[lane]) = (place, 0);
            }
        }

        return next - first;
    }

    private void EnterMarked(AttackRun run)
    {
        for (var lane = 0; lane < batch.Samples; lane++)
        {
            marks[lane] = lanes[lane] != Empty && ages[lane] == 0 ? 1 : 0;
        }

        var entering = batch.Vector("pool.entering");
        entering.Upload(marks.AsSpan(0, batch.Samples));
        run.Enter(entering);
    }

    /// <summary>Where nobody waits any more, closes the gaps as soon as that saves a block of the layout.</summary>
    private void Close(AttackRun run, int inFlight)
    {
        if (batch.Classifier.SamplesComputed(inFlight) >= batch.Classifier.SamplesComputed(batch.Samples))
        {
            return;
        }

        for (var lane = 0; lane < batch.Samples; lane++)
        {
            marks[lane] = lanes[lane] == Empty ? 1 : 0;
        }

        var dropped = batch.Vector("pool.dropped");
        dropped.Upload(marks.AsSpan(0, batch.Samples));
        var sources = batch.DropRunning(dropped);
        for (var lane = 0; lane < sources.Length; lane++)
        {
            (lanes[lane], ages[lane]) = (lanes[sources[lane]], ages[sources[lane]]);
        }

        run.Moved(sources);
    }

    /// <summary>Hands on who is done. Gives how many.</summary>
    private int TakeOut(AttackRun run, int stepsBefore)
    {
        var count = batch.Samples;
        batch.Broken.Download(broken.AsSpan(0, count));
        var (taken, hasDoubts) = (0, false);
        for (var lane = 0; lane < count; lane++)
        {
            var at = ages[lane]++;
            var isBroken = broken[lane] != 0 && run.EndsWhereBroken;
            if (lanes[lane] == Empty || (!isBroken && ages[lane] < run.Steps))
            {
                continue;
            }

            if (!hasDoubts)
            {
                DownloadDoubts(count);
                hasDoubts = true;
            }

            // Who was seen broken has been where it is since the step before; who has taken all steps has taken this one, too.
            var steps = isBroken ? at : Math.Min(ages[lane], run.Moves);
            verification.Add(new Candidate(lanes[lane], stepsBefore + steps, isBroken, DoubtsOf(lane)), batch.Adversarial, lane);
            lanes[lane] = Empty;
            taken++;
        }

        return taken;
    }

    private void DownloadDoubts(int count)
    {
        var watched = batch.Watched;
        watched.VanishedGradient.Download(doubts[0].AsSpan(0, count));
        watched.NotFiniteGradient.Download(doubts[1].AsSpan(0, count));
        watched.NotFiniteLogits.Download(doubts[2].AsSpan(0, count));
    }

    private GradientDoubts DoubtsOf(int lane) =>
        (doubts[0][lane] != 0 ? GradientDoubts.Vanished : 0) | (doubts[1][lane] != 0 ? GradientDoubts.NotFiniteGradient : 0)
        | (doubts[2][lane] != 0 ? GradientDoubts.NotFiniteLogits : 0);
}
