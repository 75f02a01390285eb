using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Steps">Of each run; 10 inside the ensembles.</param>
/// <param name="Targets">Runs, each towards another class, of which there may be fewer.</param>
public readonly record struct ApgdTargetedOptions(int Steps, int Targets = 9);

/// <summary>
/// APGD-T (Croce and Hein, ICML 2020; METHODS 8): a run of APGD towards each of the classes that the network holds likeliest after the first,
/// on the targeted difference of logits ratio.
/// </summary>
public sealed class ApgdTargeted : IAttack
{
    private const string Kept = "apgd-t.kept";
    private const LogitLoss Loss = LogitLoss.TargetedDifferenceOfLogitsRatio;

    private static readonly ApgdTargetedOptions Usual = new(10);

    private readonly ApgdTargetedOptions options;

    /// <exception cref="ArgumentException">No steps, or no targets.</exception>
    public ApgdTargeted(ApgdTargetedOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Targets, 1);
        this.options = options;
    }

    public string Name
    {
        get
        {
            string[] written =
            [
                .. this.options.Steps == Usual.Steps ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"steps={this.options.Steps}") },
                .. this.options.Targets == Usual.Targets ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"targets={this.options.Targets}") },
            ];
            return "apgd-t" + (written.Length == 0 ? "" : $"({string.Join(",", written)})");
        }
    }

    public long Passes(IClassifier classifier) => Rounds(classifier) * (this.options.Steps + 1L);

    public bool Transfers => false;

    public int LeastClasses => Loss.LeastClasses();

    public int Rounds(IClassifier classifier) => Math.Min(this.options.Targets, classifier.Classes - 1);

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round)
    {
        RequireClasses(batch);
        var its = settings with { Random = settings.Random.Derive((ulong)round) };
        return new ApgdRun(batch, its, new ApgdOptions(Loss, this.options.Steps), draw => Apgd.Draw(batch, its, draw),
            () => Ranked(batch.CleanLogits, batch, round + 1));
    }

    /// <summary>
    /// Gives the image with which the first of the runs fooled the network as deployed; the image as it was where none did, or where the network
    /// gets that wrong.
    /// </summary>
    /// <exception cref="BadInputException">Fewer than 4 classes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(AttackBatch batch, AttackSettings settings)
    {
        RunFrom(batch, settings, (run, draw) => Apgd.Draw(batch, settings with { Random = settings.Random.Derive((ulong)run) }, draw));
    }

    /// <summary>With given draws, one a pixel of each run, as <see cref="Apgd.RunFrom"/> takes them. No run is made once all samples are fooled.</summary>
    /// <param name="fill">Gets the number of a run and the buffer that its draw goes into.</param>
    /// <exception cref="BadInputException">Fewer than 4 classes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void RunFrom(AttackBatch batch, AttackSettings settings, Action<int, DeviceBuffer> fill)
    {
        RequireClasses(batch);
        var draw = batch.Images("apgd.draw");
        var (kept, found) = (batch.Images(Kept), batch.Vector(Kept));
        batch.Copy(batch.Clean, batch.Adversarial);
        batch.MarkWrong(batch.Classifier.Logits(batch.Clean, batch.Samples), found);
        var targets = Targets(batch);
        for (var run = 0; run < targets.Count && batch.CountMarked(found) < batch.Samples; run++)
        {
            fill(run, draw);
            batch.Copy(batch.Adversarial, kept);
            var outcome = RunTowards(batch, settings, targets[run], draw);
            batch.Copy(kept, batch.Adversarial);
            batch.Select(outcome.Fooled, outcome.BestAdversarial, batch.Adversarial);
            batch.Select(found, kept, batch.Adversarial);
            batch.Backend.Blend(found, 1, 1, outcome.Fooled); // above 0 where either is
        }
    }

    /// <summary>One run, towards the given class of each sample, with a given draw.</summary>
    /// <exception cref="BadInputException">Fewer than 4 classes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ApgdOutcome RunTowards(AttackBatch batch, AttackSettings settings, ReadOnlySpan<float> targets, DeviceBuffer draw)
    {
        RequireClasses(batch);
        var classes = targets.ToArray();
        var run = new ApgdRun(batch, settings, new ApgdOptions(Loss, this.options.Steps), buffer => batch.Copy(draw, buffer), () => classes);
        run.RunTogether();
        return run.Outcome;
    }

    /// <summary>
    /// The target of each sample, run by run: the classes in the order of the clean image's logits, from the second on. As the network as
    /// deployed has it, so that the targets of a sample that it gets right are all the other classes.
    /// </summary>
    public IReadOnlyList<float[]> Targets(AttackBatch batch)
    {
        var logits = batch.Classifier.Logits(batch.Clean, batch.Samples);
        return [.. Enumerable.Range(1, Math.Min(this.options.Targets, batch.Classifier.Classes - 1)).Select(rank => Ranked(logits, batch, rank))];
    }

    /// <summary>Of each sample, the class that so many others have a larger logit than.</summary>
    internal static float[] Ranked(DeviceBuffer logits, AttackBatch batch, int rank)
    {
        var classes = batch.Classifier.Classes;
        return
        [
            .. logits.ToArray(batch.Samples * classes).Chunk(classes)
                .Select(row => (float)Enumerable.Range(0, classes).OrderByDescending(label => row[label]).ElementAt(rank)),
        ];
    }

    /// <summary>Whether a run is made or not: the samples may all be wrong as they are.</summary>
    private static void RequireClasses(AttackBatch batch)
    {
        if (batch.Classifier.Classes < Loss.LeastClasses())
        {
            throw new BadInputException(
                $"apgd-t expects at least {Loss.LeastClasses()} classes, the network has {batch.Classifier.Classes}. Use apgd-dlr or apgd-ce.");
        }
    }
}
