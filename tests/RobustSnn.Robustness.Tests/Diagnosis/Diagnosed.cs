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

    /// <summary>Adds what Square finds, image by image.</summary>
    public Diagnosed AddSquare(int queries)
    {
        using var attacked = new AttackBatch(Classifier);
        var square = new Square(new SquareOptions(queries));
        var pixels = new float[Small.PixelCount];
        var prediction = new int[1];
        for (var i = 0; i < Samples.Count; i++)
        {
            if (Ledger.Rows.Single(row => row.Sample == Samples.Number(i)).IsCorrect)
            {
                Samples.Read(i, pixels);
                attacked.Load(pixels, [Samples.Label(i)], [Samples.Number(i)]);
                square.Run(attacked, new AttackSettings(Budget, GradientEstimator.Default, new RandomKey(1, 0)));
                Predictions.Of(Classifier.Logits(attacked.Adversarial, 1).ToArray(Small.Classes), Small.Classes, prediction);
                Ledger.Add(Samples.Number(i), new LedgerMember(square.Name, LedgerMember.NoEstimator, Budget), prediction[0] == Samples.Label(i)
                    ? MemberFinding.Unbroken(queries)
                    : MemberFinding.BrokenAt(queries, (float)BallCheck.Distance(pixels, attacked.DownloadAdversarial(), Norm.Infinity)));
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
