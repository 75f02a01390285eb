using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>One evaluation, from the clean images to its last attack.</summary>
internal sealed class EvaluationRun : IDisposable
{
    private readonly IClassifier classifier;
    private readonly EvaluationOptions options;
    private readonly EvaluatedSamples samples;
    private readonly IEvaluationRecord record;
    private readonly IProgress<EvaluationProgress>? progress;
    private readonly CancellationToken cancellation;
    private readonly RandomKey random;
    private readonly SpikeActivity activity;
    private readonly MemberRunner own;
    private readonly Dictionary<string, MemberRunner> origins = [];
    private WorkLeft work = WorkLeft.None;

    public EvaluationRun(IClassifier classifier, EvaluationOptions options, EvaluatedSamples samples, IEvaluationRecord record,
        IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        this.classifier = classifier;
        this.options = options;
        this.samples = samples;
        this.record = record;
        this.progress = progress;
        this.cancellation = cancellation;
        random = new RandomKey(options.Seed, 0);
        activity = new SpikeActivity(classifier);
        own = new MemberRunner(classifier, samples, classifier, options.StopsEarly);
        classifier.Cancellation = cancellation;
    }

    /// <summary>What the network as deployed says of the clean images.</summary>
    /// <exception cref="BadInputException">The record has other logits of one.</exception>
    public void Clean()
    {
        ReadLogits(classifier, samples, activity.Add);
        for (var place = 0; place < samples.Count; place++)
        {
            record.AddClean(new LedgerRow(samples.Number(place), samples.Label(place), samples.Prediction(place), samples.Margin(place)));
        }

        record.Flush();
    }

    /// <summary>A network that attacks are transferred from, and what it says of the clean images.</summary>
    public void AddOrigin(string name, IClassifier origin, ISampleSource source)
    {
        origin.Cancellation = cancellation;
        var seen = new EvaluatedSamples(source, origin.Classes);
        ReadLogits(origin, seen, static _ => { });
        origins.Add(name, new MemberRunner(origin, seen, classifier, stopsEarly: false));
    }

    /// <summary>All attacks, every member on the samples that those before it left.</summary>
    public void Attack(IReadOnlyList<AttackInBudget> attacks)
    {
        int[] correct = [.. Enumerable.Range(0, samples.Count).Where(samples.IsCorrect)];
        work = new WorkLeft(attacks, classifier, correct.Length);
        foreach (var each in attacks)
        {
            Attack(each, [.. correct]);
        }
    }

    private void Attack(AttackInBudget asked, List<int> left)
    {
        work.Begin(asked);
        foreach (var member in asked.Attack.Members)
        {
            var name = member.In(asked.Budget);
            work.Begin(member, left.Count);
            Run(asked, member, name, left);
            left.RemoveAll(place => record.Known.Find(samples.Number(place), name) is { Broken: true });
        }

        if (asked.Attack.Members.Count == 0)
        {
            progress?.Report(new EvaluationProgress(asked.Attack.Name, samples.Count, samples.Count, left.Count, work.Share));
        }
    }

    public EvaluationResult Finish(IReadOnlyList<AttackInBudget> attacks) => new EvaluationFigures(record.Known, samples, this.options, attacks).Result(
        activity.Layers(samples.Count, this.options.Timesteps), own.Use, own.Unconfirmed);

    public void Dispose()
    {
        own.Dispose();
        foreach (var origin in origins.Values)
        {
            origin.Dispose();
        }
    }

    private void Run(AttackInBudget asked, AttackMember member, LedgerMember name, List<int> left)
    {
        int[] waiting = [.. left.Where(place => record.Known.Find(samples.Number(place), name) is null)];
        var (done, correct, unsaved) = (0, left.Count - left.Count(place => record.Known.Find(samples.Number(place), name) is { Broken: true }), 0);
        var runner = member.Origin is { } origin ? origins[origin] : own;
        runner.Run(member, asked.Budget, member.Draws(random), waiting, Take, cancellation);
        record.Flush();

        void Take(Found found, ReadOnlySpan<float> image)
        {
            record.Add(samples.Number(found.Place), name, new MemberFinding(found.Broken, found.At, found.Distance, found.Doubts), image);
            done++;
            work.Done();
            correct -= found.Broken ? 1 : 0;
            if (++unsaved == classifier.Batch || done == waiting.Length)
            {
                record.Flush();
                unsaved = 0;
                progress?.Report(new EvaluationProgress(asked.Attack.Name, done, waiting.Length, correct, work.Share));
            }
        }
    }

    private void ReadLogits(IClassifier network, EvaluatedSamples into, Action<int> seen)
    {
        var pixels = new float[network.Batch * network.PixelCount];
        var logits = new float[network.Batch * network.Classes];
        using var device = network.Backend.Allocate(pixels.Length);
        for (var first = 0; first < into.Count; first += network.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(network.Batch, into.Count - first);
            into.Read(first, pixels.AsSpan(0, count * network.PixelCount), network.PixelCount);
            device.Upload(pixels.AsSpan(0, count * network.PixelCount));
            network.Logits(device, count, countSpikes: network.Timesteps > 0).Download(logits.AsSpan(0, count * network.Classes));
            into.SetLogits(first, logits.AsSpan(0, count * network.Classes));
            seen(count);
        }
    }
}
