using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Diagnosis;

/// <summary>A network, evaluated, and everything that a diagnosis of it needs.</summary>
internal sealed class Diagnosed : IDisposable
{
    private const string Twin = "@twin";

    private readonly IBackend backend = Small.Backend();
    private readonly SpikingModel model;
    private readonly SpikingModel twin;
    private readonly int batch;
    private readonly int timesteps;
    private readonly Func<IClassifier, IClassifier> flaw;

    /// <param name="create">The network.</param>
    /// <param name="flaw">What stands before it.</param>
    public Diagnosed(
        Func<IBackend, SpikingModel> create, int timesteps = 0, Func<IClassifier, IClassifier>? flaw = null, int samples = 40, int batch = 16,
        ISampleSource? source = null)
    {
        this.timesteps = timesteps;
        this.batch = batch;
        this.flaw = flaw ?? (same => same);
        this.model = create(this.backend);
        twin = Quadrants.TrainedTwin(this.backend);
        Samples = source ?? new Quadrants(samples, seed: 5);
        Classifier = Other(batch, timesteps);
    }

    public IClassifier Classifier { get; }

    public ISampleSource Samples { get; }

    public Ledger Ledger { get; private set; } = new();

    public Budget Budget { get; init; } = Budget.Pixels(16f / 255);

    public EvaluationResult? Result { get; private set; }

    /// <summary>The same network, with its flaw, in another batch or at another T.</summary>
    public IClassifier Other(int batch, int timesteps) => this.flaw(new Classifier(this.model, batch, timesteps));

    /// <summary>Attacks of that name, and <c>pgd10@twin</c>: PGD on another network.</summary>
    public Diagnosed Evaluate(params string[] attacks)
    {
        using var evaluation = new Evaluation(Classifier, new EvaluationOptions(this.timesteps, this.batch, Seed: 1));
        if (attacks.Any(name => name.EndsWith(Twin, StringComparison.Ordinal)))
        {
            evaluation.AddOrigin("twin", twin, 0);
        }

        var record = new Record(Ledger);
        Result = evaluation.Run(Samples, [.. attacks.Select(name => new AttackInBudget(Parse(name), Budget))], record: record);
        return this;
    }

    /// <summary>Adds what Square finds.</summary>
    public Diagnosed AddSquare(int queries)
    {
        using var attacked = new AttackBatch(Classifier);
        var square = new Square(new SquareOptions(queries));
        var member = new LedgerMember(square.Name, LedgerMember.NoEstimator, Budget);
        var right = Ledger.Rows.Where(row => row.IsCorrect).Select(row => row.Sample).ToHashSet();
        foreach (var places in Enumerable.Range(0, Samples.Count).Where(place => right.Contains(Samples.Number(place))).Chunk(this.batch))
        {
            var pixels = new float[places.Length * Small.PixelCount];
            for (var i = 0; i < places.Length; i++)
            {
                Samples.Read(places[i], pixels.AsSpan(i * Small.PixelCount, Small.PixelCount));
            }

            attacked.Load(pixels, [.. places.Select(Samples.Label)], [.. places.Select(Samples.Number)]);
            square.Run(attacked, new AttackSettings(Budget, GradientEstimator.Default, new RandomKey(1, 0)));
            var predictions = new int[places.Length];
            Predictions.Of(Classifier.Logits(attacked.Adversarial, places.Length).ToArray(places.Length * Small.Classes), Small.Classes, predictions);
            for (var i = 0; i < places.Length; i++)
            {
                Ledger.Add(Samples.Number(places[i]), member, predictions[i] == Samples.Label(places[i])
                    ? MemberFinding.Unbroken(queries)
                    : MemberFinding.BrokenAt(queries, Budget.Radius));
            }
        }

        return this;
    }

    public DiagnosisReport Diagnose(
        DiagnosisOptions? options = null, bool withOthers = true, Func<int, int, IClassifier>? others = null, Ledger? ledger = null,
        IProgress<DiagnosisProgress>? progress = null, CancellationToken cancellation = default) => EvaluationDiagnosis.Run(
            Classifier, withOthers ? others ?? Other : null, Samples, Result ?? throw new InvalidOperationException("not evaluated"), ledger ?? Ledger,
            options ?? new DiagnosisOptions(Budget, Seed: 3), progress, cancellation);

    public void Dispose()
    {
        Classifier.Dispose();
        twin.Dispose();
        this.model.Dispose();
        this.backend.Dispose();
    }

    private static EnsembleAttack Parse(string name)
    {
        if (!name.EndsWith(Twin, StringComparison.Ordinal))
        {
            return AttackCatalogue.Parse(name);
        }

        var own = AttackCatalogue.Parse(name[..^Twin.Length]);
        return own with { Name = name, Members = [.. own.Members.Select(member => member with { Origin = "twin" })] };
    }

    private sealed class Record(Ledger ledger) : IEvaluationRecord
    {
        public Ledger Known => ledger;

        public void AddClean(LedgerRow row) => ledger.AddClean(row);

        public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image) => ledger.Add(sample, member, finding);

        public void Flush()
        {
        }
    }
}
