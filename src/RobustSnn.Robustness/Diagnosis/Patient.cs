using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What all checks look at: the network, what its evaluation found, and attacks that are made once and serve several checks.</summary>
internal sealed class Patient
{
    /// <summary>Of the attacks of a diagnosis: twice the usual number, still cheap.</summary>
    private const int Steps = 20;

    private const int ManyRestarts = 5;

    private static readonly int[] GrowingSteps = [10, 20, 50, 100];

    private readonly Lazy<Logits> logits;
    private readonly Lazy<RobustnessCurve> againstRadius;
    private readonly Lazy<RobustnessCurve> againstSteps;

    /// <exception cref="BadInputException">Network, samples, result, ledger and options do not belong together.</exception>
    public Patient(IClassifier classifier, Func<int, int, IClassifier>? others, ISampleSource samples, EvaluationResult result, Ledger ledger,
        DiagnosisOptions options, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        options.Require();
        Require(classifier, samples, result, options.Budget);
        (Classifier, Others, Result, Options, Cancellation) = (classifier, others, result, options, cancellation);
        Findings = new EvaluatedFindings(samples, ledger, options.Budget);
        ShownPlaces = SampleSubset.Spread([.. Enumerable.Range(0, samples.Count)], options.Samples);
        Shown = new SampleSubset(samples, ShownPlaces);
        var attacked = SampleSubset.Spread(Findings.Right, options.Samples);
        Probe = new Probe(classifier, new SampleSubset(samples, attacked), options.Seed, progress, cancellation);
        LeftByEvaluation = attacked.Count(place => Findings.IsBroken(place, Findings.Members) != true);
        var otherwise = options.TrainingEstimator ?? GradientEstimator.Default;
        Estimator = classifier.Timesteps == 0 ? GradientEstimator.Default : Findings.Strongest(otherwise) ?? otherwise;
        this.logits = new(() => Logits.Of(classifier, Shown, cancellation));
        againstRadius = new(() => RobustnessCurve.AgainstRadius(
            Probe, Pgd(), options.Budget.Norm, RobustnessCurve.Doublings(options.Budget, classifier.PixelCount)));
        againstSteps = new(() => RobustnessCurve.AgainstSteps(Probe, Pgd().Name, GrowingSteps, options.Budget));
    }

    public IClassifier Classifier { get; }

    /// <summary>The network with another batch and another T.</summary>
    public Func<int, int, IClassifier>? Others { get; }

    public EvaluationResult Result { get; }

    public DiagnosisOptions Options { get; }

    public CancellationToken Cancellation { get; }

    public EvaluatedFindings Findings { get; }

    /// <summary>Samples that are shown again as they are, right or wrong: of those that are right alone, another network's accuracy could only fall.</summary>
    public ISampleSource Shown { get; }

    /// <summary>Of each in the evaluation's source.</summary>
    public IReadOnlyList<int> ShownPlaces { get; }

    /// <summary>What the network as deployed says of them.</summary>
    public Logits Said => this.logits.Value;

    /// <summary>Attacks samples that the network gets right.</summary>
    public Probe Probe { get; }

    /// <summary>How many of these nothing in the ledger broke in the ball.</summary>
    public int LeftByEvaluation { get; }

    /// <summary>Of the attacks that the diagnosis makes itself: the one that broke most in the evaluation.</summary>
    public GradientEstimator Estimator { get; }

    /// <summary>Why differences between attacks cannot be seen; null where they can.</summary>
    public string? CannotAttack => Probe.Samples >= DiagnosisThresholds.LeastSamples ? null
        : $"only {Probe.Samples} samples that the network gets right are there to attack, and fewer than {DiagnosisThresholds.LeastSamples} cannot "
            + "differ beyond noise";

    /// <summary>Accuracy in growing balls, up to the one in which every image is.</summary>
    public RobustnessCurve AgainstRadius => againstRadius.Value;

    /// <summary>Accuracy against steps in the ball that is asked about.</summary>
    public RobustnessCurve AgainstSteps => againstSteps.Value;

    /// <summary>The attack of the diagnosis from one start, and from several.</summary>
    public (ProbeOutcome One, ProbeOutcome Many, int Starts) Restarted()
    {
        var outcomes = Probe.Run(new AttackInBudget(Pgd(), Options.Budget), new AttackInBudget(Pgd(ManyRestarts), Options.Budget));
        return (outcomes[0], outcomes[1], ManyRestarts);
    }

    /// <summary>The attack of the diagnosis.</summary>
    public EnsembleAttack Pgd(int restarts = 1) => EnsembleAttack.Single(new Pgd(new PgdOptions(Steps, Restarts: restarts)), Estimator);

    private static void Require(IClassifier classifier, ISampleSource samples, EvaluationResult result, Budget budget)
    {
        if (samples.Count != result.Samples)
        {
            throw new BadInputException(
                $"A diagnosis expects the samples that were evaluated, {result.Samples} of them, found {samples.Count}.");
        }

        if (classifier.Timesteps != result.Options.Timesteps)
        {
            throw new BadInputException(
                $"A diagnosis expects the network as it was evaluated, with T = {result.Options.Timesteps}, found T = {classifier.Timesteps}.");
        }

        Budget[] evaluated = [.. result.Attacks.Where(attack => attack.Members.Count > 0).Select(attack => attack.Budget).Distinct()];
        if (!evaluated.Contains(budget))
        {
            throw new BadInputException($"A diagnosis expects a ball in which the evaluation attacked, "
                + $"{(evaluated.Length == 0 ? "but it attacked in none" : string.Join(", ", evaluated.Select(Words.Of)))}; found {Words.Of(budget)}.");
        }
    }
}
