using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;

namespace RobustSnn.Robustness.Training;

/// <summary>
/// Value and parameter gradients of an objective. Passes are in training mode: the clean one first, then the adversarial one, each
/// updating BatchNorm's running statistics.
/// </summary>
public sealed class ObjectiveGradient : IDisposable
{
    private readonly SpikingModel model;
    private readonly TrainingObjective objective;
    private readonly NeuronGradient neurons;
    private readonly Plan? clean;
    private readonly Plan? adversarial;
    private readonly DeviceBuffer lossValues;
    private readonly float[] losses;
    private readonly float[] logits;
    private readonly int[] predictions;
    private readonly int timesteps;
    private int fewest = int.MaxValue; // samples of a call so far: those of larger ones need no check

    /// <param name="batch">The most samples of one call.</param>
    /// <param name="timesteps">T; 0 trains the network as an ANN.</param>
    /// <param name="surrogate">For the spike's derivative, backward through time.</param>
    public ObjectiveGradient(SpikingModel model, int batch, int timesteps, TrainingObjective objective, Surrogate surrogate)
    {
        this.model = model;
        this.objective = objective;
        this.timesteps = timesteps;
        neurons = new NeuronGradient(surrogate, ThroughRate: false);
        this.clean = objective.UsesClean ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        this.adversarial = objective.UsesAdversarial ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        lossValues = model.Backend.Allocate(batch);
        this.losses = new float[batch];
        this.logits = new float[batch * model.Network.Classes];
        this.predictions = new int[batch];
    }

    /// <summary>Adds the gradients of the objective to those of the parameters.</summary>
    /// <param name="clean">x: (sample, channel, row, column); read where the objective uses it.</param>
    /// <param name="adversarial">x', likewise.</param>
    /// <param name="labels">Classes as floats.</param>
    /// <param name="numbers">Each sample's number in its data set, <see cref="ElementType.Int32"/>: dropout's masks are the sample's own.</param>
    /// <param name="labelsHost">The labels on the host, one of each sample of the batch.</param>
    /// <param name="dropout">Each pass draws its own masks from it.</param>
    /// <exception cref="Model.BadInputException">Some BatchNorm sees one value a channel: no variance.</exception>
    public TrainingLoss Accumulate(
        DeviceBuffer clean, DeviceBuffer adversarial, DeviceBuffer labels, DeviceBuffer numbers, ReadOnlySpan<int> labelsHost,
        RandomKey dropout)
    {
        ForwardClean(clean, numbers, labelsHost.Length, dropout);
        return AccumulateAdversarial(adversarial, labels, numbers, labelsHost, dropout);
    }

    /// <summary>
    /// The first half of <see cref="Accumulate"/>: the clean pass, where the objective has one. Between the halves anyone may run the network,
    /// who then sees the running statistics that this pass left.
    /// </summary>
    /// <exception cref="Model.BadInputException">Some BatchNorm sees one value a channel: no variance.</exception>
    public void ForwardClean(DeviceBuffer clean, DeviceBuffer numbers, int samples, RandomKey dropout)
    {
        if (samples < fewest)
        {
            NormalisedValues.Require(this.model, samples, timesteps);
            fewest = samples;
        }

        Forward(this.clean, clean, numbers, samples, dropout.Derive(0));
    }

    /// <summary>The second half of <see cref="Accumulate"/>, with the same labels, numbers and key: the adversarial pass and all gradients.</summary>
    public TrainingLoss AccumulateAdversarial(
        DeviceBuffer adversarial, DeviceBuffer labels, DeviceBuffer numbers, ReadOnlySpan<int> labelsHost, RandomKey dropout)
    {
        var samples = labelsHost.Length;
        Forward(this.adversarial, adversarial, numbers, samples, dropout.Derive(1));
        var (natural, robust) = this.objective.Kind switch
        {
            ObjectiveKind.Natural => (Term(LogitLoss.CrossEntropy, this.clean, null, labels, samples, 1), 0),
            ObjectiveKind.Adversarial => (Term(LogitLoss.CrossEntropy, this.adversarial, null, labels, samples, 1), 0),
            ObjectiveKind.Trades => (
                Term(LogitLoss.CrossEntropy, this.clean, null, labels, samples, 1),
                Term(LogitLoss.KullbackLeibler, this.adversarial, this.clean, labels, samples, this.objective.Beta)),
            ObjectiveKind.Mart => (
                Term(LogitLoss.BoostedCrossEntropy, this.adversarial, null, labels, samples, 1),
                Term(LogitLoss.MisclassificationAwareKullbackLeibler, this.adversarial, this.clean, labels, samples, this.objective.Beta)),
            _ => throw new InvalidOperationException($"{this.objective.Kind} is not an objective"),
        };
        var correct = CountCorrect(labelsHost);
        this.clean?.Backward(neurons);
        this.adversarial?.Backward(neurons);
        return new TrainingLoss(natural + this.objective.Beta * robust, natural, robust, correct);
    }

    public void Dispose()
    {
        this.clean?.Dispose();
        this.adversarial?.Dispose();
        lossValues.Dispose();
    }

    private void Forward(Plan? plan, DeviceBuffer pixels, DeviceBuffer numbers, int samples, RandomKey dropout)
    {
        if (plan is not null)
        {
            this.model.Backend.Copy(pixels, plan.Pixels, (long)samples * this.model.Network.Input.Count);
            this.model.Backend.Copy(numbers, plan.SampleNumbers, samples);
            plan.Forward(samples, dropout);
            this.model.Backend.Fill(plan.LogitGradient, 0);
        }
    }

    /// <summary>Mean of a loss over the samples; its gradient, times the weight, is added to that of the logits.</summary>
    private double Term(LogitLoss loss, Plan? plan, Plan? reference, DeviceBuffer labels, int samples, float weight)
    {
        ArgumentNullException.ThrowIfNull(plan);
        this.model.Backend.LogitLoss(loss, plan.Logits, reference?.Logits, labels, this.model.Network.Classes, weight / samples, lossValues,
            plan.LogitGradient, reference?.LogitGradient, samples);
        var losses = this.losses.AsSpan(0, samples);
        lossValues.Download(losses);
        var sum = 0.0;
        foreach (var value in losses)
        {
            sum += value;
        }

        return sum / samples;
    }

    private int CountCorrect(ReadOnlySpan<int> labels)
    {
        var classes = this.model.Network.Classes;
        var logits = this.logits.AsSpan(0, labels.Length * classes);
        (this.adversarial ?? this.clean)?.Logits.Download(logits);
        var predictions = this.predictions.AsSpan(0, labels.Length);
        Predictions.Of(logits, classes, predictions);
        return Predictions.CountCorrect(predictions, labels);
    }
}
