using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>
/// Value and parameter gradients of an objective. Passes are in training mode: the clean one first, then the adversarial one, each
/// updating BatchNorm's running statistics.
/// </summary>
public sealed class ObjectiveGradient : IDisposable
{
    private readonly SpikingModel _model;
    private readonly TrainingObjective _objective;
    private readonly NeuronGradient _neurons;
    private readonly Plan? _clean;
    private readonly Plan? _adversarial;
    private readonly DeviceBuffer _lossValues;
    private readonly float[] _losses;
    private readonly float[] _logits;
    private readonly int[] _predictions;

    /// <param name="batch">The most samples of one call.</param>
    /// <param name="timesteps">T; 0 trains the network as an ANN.</param>
    /// <param name="surrogate">For the spike's derivative, backward through time.</param>
    public ObjectiveGradient(SpikingModel model, int batch, int timesteps, TrainingObjective objective, Surrogate surrogate)
    {
        _model = model;
        _objective = objective;
        _neurons = new NeuronGradient(surrogate, ThroughRate: false);
        _clean = objective.UsesClean ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        _adversarial = objective.UsesAdversarial ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        _lossValues = model.Backend.Allocate(batch);
        _losses = new float[batch];
        _logits = new float[batch * model.Network.Classes];
        _predictions = new int[batch];
    }

    /// <summary>Device memory of the plans, in bytes.</summary>
    public long PeakBytes => (_clean?.PeakBytes ?? 0) + (_adversarial?.PeakBytes ?? 0);

    /// <summary>Adds the gradients of the objective to those of the parameters.</summary>
    /// <param name="clean">x: (sample, channel, row, column); read where the objective uses it.</param>
    /// <param name="adversarial">x', likewise.</param>
    /// <param name="labels">Classes as floats.</param>
    /// <param name="labelsHost">The same, one of each sample of the batch.</param>
    /// <param name="dropout">Each pass draws its own masks from it.</param>
    public TrainingLoss Accumulate(
        DeviceBuffer clean, DeviceBuffer adversarial, DeviceBuffer labels, ReadOnlySpan<int> labelsHost, RandomKey dropout)
    {
        var samples = labelsHost.Length;
        Forward(_clean, clean, samples, dropout.Derive(0));
        Forward(_adversarial, adversarial, samples, dropout.Derive(1));
        var (natural, robust) = _objective.Kind switch
        {
            ObjectiveKind.Natural => (Term(LogitLoss.CrossEntropy, _clean, null, labels, samples, 1), 0),
            ObjectiveKind.Adversarial => (Term(LogitLoss.CrossEntropy, _adversarial, null, labels, samples, 1), 0),
            ObjectiveKind.Trades => (
                Term(LogitLoss.CrossEntropy, _clean, null, labels, samples, 1),
                Term(LogitLoss.KullbackLeibler, _adversarial, _clean, labels, samples, _objective.Beta)),
            ObjectiveKind.Mart => (
                Term(LogitLoss.BoostedCrossEntropy, _adversarial, null, labels, samples, 1),
                Term(LogitLoss.MisclassificationAwareKullbackLeibler, _adversarial, _clean, labels, samples, _objective.Beta)),
            _ => throw new InvalidOperationException($"{_objective.Kind} is not an objective"),
        };
        var correct = CountCorrect(labelsHost);
        _clean?.Backward(_neurons);
        _adversarial?.Backward(_neurons);
        return new TrainingLoss(natural + _objective.Beta * robust, natural, robust, correct);
    }

    public void Dispose()
    {
        _clean?.Dispose();
        _adversarial?.Dispose();
        _lossValues.Dispose();
    }

    private void Forward(Plan? plan, DeviceBuffer pixels, int samples, RandomKey dropout)
    {
        if (plan is not null)
        {
            _model.Backend.Copy(pixels, plan.Pixels, (long)samples * _model.Network.Input.Count);
            plan.Forward(samples, dropout);
            _model.Backend.Fill(plan.LogitGradient, 0);
        }
    }

    /// <summary>Mean of a loss over the samples; its gradient, times the weight, is added to that of the logits.</summary>
    private double Term(LogitLoss loss, Plan? plan, Plan? reference, DeviceBuffer labels, int samples, float weight)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _model.Backend.LogitLoss(loss, plan.Logits, reference?.Logits, labels, _model.Network.Classes, weight / samples, _lossValues,
            plan.LogitGradient, reference?.LogitGradient, samples);
        var losses = _losses.AsSpan(0, samples);
        _lossValues.Download(losses);
        var sum = 0.0;
        foreach (var value in losses)
        {
            sum += value;
        }

        return sum / samples;
    }

    private int CountCorrect(ReadOnlySpan<int> labels)
    {
        var classes = _model.Network.Classes;
        var logits = _logits.AsSpan(0, labels.Length * classes);
        (_adversarial ?? _clean)?.Logits.Download(logits);
        var predictions = _predictions.AsSpan(0, labels.Length);
        Predictions.Of(logits, classes, predictions);
        return Predictions.CountCorrect(predictions, labels);
    }
}
