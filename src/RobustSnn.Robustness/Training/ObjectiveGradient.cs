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
    private readonly DeviceBuffer naturalLosses;
    private readonly DeviceBuffer robustLosses;
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
        neurons = new NeuronGradient(surrogate, NeuronPath.Time);
        this.clean = objective.UsesClean ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        this.adversarial = objective.UsesAdversarial ? new Plan(model, batch, timesteps, PassMode.Training) : null;
        naturalLosses = model.Backend.Allocate(batch);
        robustLosses = model.Backend.Allocate(batch);
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
        var hasSecond = Launch(labels, samples);
        this.clean?.Backward(neurons);
        this.adversarial?.Backward(neurons);

        // The figures are asked for when the device has all its work: until then nobody waits for it.
        var natural = Mean(naturalLosses, samples);
        var robust = hasSecond ? Mean(robustLosses, samples) : 0;
        return new TrainingLoss(natural + this.objective.Beta * robust, natural, robust, CountCorrect(labelsHost));
    }

    public void Dispose()
    {
        this.clean?.Dispose();
        this.adversarial?.Dispose();
        naturalLosses.Dispose();
        robustLosses.Dispose();
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

    /// <summary>The losses of the objective's terms, and their gradients. Gives whether it has a second term.</summary>
    private bool Launch(DeviceBuffer labels, int samples)
    {
        var beta = this.objective.Beta;
        switch (this.objective.Kind)
        {
            case ObjectiveKind.Natural:
                Term(LogitLoss.CrossEntropy, this.clean, null, naturalLosses, labels, samples, 1);
                return false;
            case ObjectiveKind.Adversarial:
                Term(LogitLoss.CrossEntropy, this.adversarial, null, naturalLosses, labels, samples, 1);
                return false;
            case ObjectiveKind.Trades:
                Term(LogitLoss.CrossEntropy, this.clean, null, naturalLosses, labels, samples, 1);
                Term(LogitLoss.KullbackLeibler, this.adversarial, this.clean, robustLosses, labels, samples, beta);
                return true;
            case ObjectiveKind.Mart:
                Term(LogitLoss.BoostedCrossEntropy, this.adversarial, null, naturalLosses, labels, samples, 1);
                Term(LogitLoss.MisclassificationAwareKullbackLeibler, this.adversarial, this.clean, robustLosses, labels, samples, beta);
                return true;
            default:
                throw new InvalidOperationException($"{this.objective.Kind} is not an objective");
        }
    }

    /// <summary>A loss of each sample; the gradient of their mean, times the weight, is added to that of the logits.</summary>
    private void Term(LogitLoss loss, Plan? plan, Plan? reference, DeviceBuffer values, DeviceBuffer labels, int samples, float weight)
    {
        ArgumentNullException.ThrowIfNull(plan);
        this.model.Backend.LogitLoss(loss, plan.Logits, reference?.Logits, labels, this.model.Network.Classes, weight / samples, values,
            plan.LogitGradient, reference?.LogitGradient, samples);
    }

    private double Mean(DeviceBuffer values, int samples)
    {
        var losses = this.losses.AsSpan(0, samples);
        values.Download(losses);
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
