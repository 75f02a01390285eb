using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// Looks for what makes a robustness figure too high: attacks that had no gradient to follow, that had not converged, that others beat; networks
/// that are random or depend on what they should not. What it says rests on the evaluation's ledger and on attacks of its own.
/// </summary>
public static class EvaluationDiagnosis
{
    private static readonly (string Name, Func<Patient, DiagnosisCheck> Look)[] Looks =
    [
        (MissingFindings.Name, MissingFindings.Check),
        (ZeroGradients.Name, ZeroGradients.Check),
        (SaturatedLogits.Name, SaturatedLogits.Check),
        (LogitRatios.Name, LogitRatios.Check),
        (BlackBox.Name, BlackBox.Check),
        (TrainingEstimators.Name, TrainingEstimators.Check),
        (RepeatedPasses.Name, RepeatedPasses.Check),
        (OtherBatches.Name, OtherBatches.Check),
        (OtherTimesteps.Name, OtherTimesteps.Check),
        (LargerBalls.Name, LargerBalls.Check),
        (WholeRange.Name, WholeRange.Check),
        (MoreSteps.Name, MoreSteps.Check),
        (Convergence.Name, Convergence.Check),
        (Restarts.Name, Restarts.Check),
    ];

    /// <summary>Says whether to believe what an evaluation found in one ball.</summary>
    /// <param name="classifier">The network as deployed and as it was evaluated; somebody else's to dispose.</param>
    /// <param name="others">
    /// The same network for another batch and another T, in this order; the diagnosis disposes of what it gets. Null: what needs them is not checked.
    /// </param>
    /// <param name="samples">Those that were evaluated.</param>
    /// <param name="result">Of that evaluation.</param>
    /// <param name="ledger">Of that evaluation; it may know more.</param>
    /// <exception cref="BadInputException">Network, samples, result, ledger and options do not belong together, or the options make no sense.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DiagnosisReport Run(
        IClassifier classifier, Func<int, int, IClassifier>? others, ISampleSource samples, EvaluationResult result, Ledger ledger,
        DiagnosisOptions options, IProgress<DiagnosisProgress>? progress = null, CancellationToken cancellation = default)
    {
        var done = 0;
        var part = "";
        var patient = new Patient(classifier, others, samples, result, ledger, options, new Relay(attack => progress?.Report(
            new DiagnosisProgress($"{part}, {attack.Attack}: {attack.SamplesDone} of {attack.Samples} samples", done, Looks.Length))), cancellation);
        var checks = new List<DiagnosisCheck>();
        foreach (var (name, look) in Looks)
        {
            cancellation.ThrowIfCancellationRequested();
            part = name;
            progress?.Report(new DiagnosisProgress(part, done, Looks.Length));
            checks.Add(look(patient));
            done++;
        }

        return patient.CannotAttack is null
            ? new DiagnosisReport(options, patient.Pgd().Name, checks, [patient.AgainstRadius, patient.AgainstSteps])
            : new DiagnosisReport(options, null, checks, []);
    }

    private sealed class Relay(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
