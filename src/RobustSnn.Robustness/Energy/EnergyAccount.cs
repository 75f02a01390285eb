using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Energy;

/// <summary>
/// Counts what a spiking network's spikes cost on images (METHODS 9, P2's equation 12): every spike of every neuron times the neuron's existing
/// connections. Spikes are those of the network as <see cref="Evaluation"/> runs it.
/// </summary>
public sealed class EnergyAccount : IDisposable
{
    private readonly SpikingModel model;
    private readonly EvaluationOptions options;
    private readonly Wiring wiring;
    private readonly IClassifier classifier;
    private readonly Classifier? owned;
    private readonly Func<DeviceBuffer, int, IReadOnlyDictionary<int, SpikeTally>, DeviceBuffer> counting;
    private readonly DeviceBuffer images;
    private readonly float[] pixels;
    private readonly int[] labels;
    private readonly int[] numbers;
    private readonly int[] predictions;
    private readonly float[] logits;
    private AttackBatch? batch;

    /// <exception cref="BadInputException">
    /// T or the batch is below 1, the network does not spike, or some layer reads neither the image nor spikes.
    /// </exception>
    public EnergyAccount(SpikingModel model, EvaluationOptions options)
        : this(model, options, Classify(model, options)) => owned = (Classifier)classifier;

    /// <summary>Of a network in integers, which is somebody else's to dispose: its spikes, over the connections of the network that it came from.</summary>
    /// <exception cref="BadInputException">As of that network, or the options are not the classifier's.</exception>
    public EnergyAccount(FixedPointClassifier classifier, EvaluationOptions options)
        : this(classifier.Model, options, (new Wiring(classifier.Model), Suited(classifier, options), classifier.LogitsCounting))
    {
    }

    private EnergyAccount(
        SpikingModel model, EvaluationOptions options,
        (Wiring Wiring, IClassifier Classifier, Func<DeviceBuffer, int, IReadOnlyDictionary<int, SpikeTally>, DeviceBuffer> Counting) its)
    {
        (this.model, this.options) = (model, options);
        (wiring, classifier, counting) = its;
        pixels = new float[options.Batch * classifier.PixelCount];
        images = classifier.Backend.Allocate(pixels.Length);
        labels = new int[options.Batch];
        numbers = new int[options.Batch];
        predictions = new int[options.Batch];
        logits = new float[options.Batch * classifier.Classes];
    }

    /// <summary>Why equation 12 says nothing about a network, in a sentence; null where it does.</summary>
    public static string? WhyNot(SpikingModel model)
    {
        try
        {
            _ = new Wiring(model);
            return null;
        }
        catch (BadInputException reason)
        {
            return reason.Message;
        }
    }

    /// <summary>Counts over every sample of the source. No figure depends on the batch.</summary>
    /// <param name="attack">
    /// One attack with one gradient estimator. What it leaves of every image is counted, too: attacks that follow gradients may change each,
    /// fooled or not, correct before or not; <see cref="Square"/>, <see cref="Fab"/> and <see cref="FabTargeted"/> leave as they are those that are
    /// misclassified already and those on which they do not fool the network.
    /// </param>
    /// <exception cref="BadInputException">
    /// No samples, a label that is none of the network's classes, an ensemble of attacks or none, or logits or gradients that are no numbers:
    /// spikes behind them would be counted and mean nothing.
    /// </exception>
    /// <exception cref="InvalidOperationException">The attack left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between layers.</exception>
    public EnergyMeasurement Run(
        ISampleSource source, AttackInBudget? attack = null, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (source.Count < 1)
        {
            throw new BadInputException("The data set to count spikes on has no samples, expected at least 1.");
        }

        RequireOneAttack(attack);
        var name = attack?.Attack.Name ?? AttackCatalogue.Clean;
        var (clean, attacked) = (new EnergyCount(model, wiring), new EnergyCount(model, wiring));
        classifier.Cancellation = cancellation;
        for (var first = 0; first < source.Count; first += options.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = Math.Min(options.Batch, source.Count - first);
            source.Read(first, pixels.AsSpan(0, samples * classifier.PixelCount), labels.AsSpan(0, samples),
                numbers.AsSpan(0, samples), classifier.Classes);
            images.Upload(pixels.AsSpan(0, samples * classifier.PixelCount));
            var correct = Count(clean, images, samples, AttackCatalogue.Clean);
            if (attack is { } asked)
            {
                correct = Count(attacked, UnderAttack(asked, samples, cancellation), samples, name);
            }

            progress?.Report(new EvaluationProgress(name, first + samples, source.Count, correct, (double)(first + samples) / source.Count));
        }

        return attack is null
            ? new EnergyMeasurement(clean.Result(options.Timesteps))
            : new EnergyMeasurement(clean.Result(options.Timesteps), name, attacked.Result(options.Timesteps));
    }

    public void Dispose()
    {
        batch?.Dispose();
        images.Dispose();
        owned?.Dispose();
    }

    private static FixedPointClassifier Suited(FixedPointClassifier classifier, EvaluationOptions options) =>
        classifier.Batch == options.Batch && classifier.Timesteps == options.Timesteps
            ? classifier
            : throw new BadInputException($"An energy account with batch {options.Batch} and T {options.Timesteps} expects a classifier with these, found "
                + $"{classifier.Batch} and {classifier.Timesteps}.");

    private static (Wiring, IClassifier, Func<DeviceBuffer, int, IReadOnlyDictionary<int, SpikeTally>, DeviceBuffer>) Classify(
        SpikingModel model, EvaluationOptions options)
    {
        var wiring = new Wiring(model);
        if (options.Batch < 1 || options.Timesteps < 1)
        {
            throw new BadInputException(
                "An energy account expects a batch of at least 1 and T of at least 1, because without timesteps nothing spikes; "
                + $"found batch {options.Batch}, T {options.Timesteps}.");
        }

        var classifier = new Classifier(model, options.Batch, options.Timesteps);
        return (wiring, classifier, classifier.LogitsCounting);
    }

    private static void RequireOneAttack(AttackInBudget? attack)
    {
        if (attack is { } asked && asked.Attack.Members.Count != 1)
        {
            throw new BadInputException(
                $"{asked.Attack.Name}: expected one attack with one gradient estimator such as pgd10, because spikes are counted on one attacked image "
                + $"of each image, found {asked.Attack.Members.Count}");
        }

        if (attack is { } transferred && transferred.Attack.Members[0].Origin is not null)
        {
            throw new BadInputException($"{transferred.Attack.Name}: expected an attack along the network's own gradients, since there is no other network here");
        }

        if (attack is { } budgeted && !(budgeted.Budget.Radius >= 0 && float.IsFinite(budgeted.Budget.Radius)))
        {
            throw new BadInputException("The radius of an attack expects a finite number of at least 0.");
        }
    }

    /// <summary>Counts the spikes of images, and gives how many of all so far are classified correctly.</summary>
    private int Count(EnergyCount count, DeviceBuffer pixels, int samples, string what)
    {
        var classes = predictions.AsSpan(0, samples);
        var said = logits.AsSpan(0, samples * classifier.Classes);
        counting(pixels, samples, count.Tallies).Download(said);
        Predictions.Of(said, classifier.Classes, classes);
        if (classes.Contains(Predictions.None))
        {
            throw new BadInputException(
                $"{model.Network.Architecture}, {what}: expected logits that are finite numbers, found others, so that what was counted before them would "
                + "mean nothing. Training has diverged; use another checkpoint");
        }

        count.Add(classes, labels.AsSpan(0, samples));
        return count.Correct;
    }

    /// <summary>The attacked images of the batch, with the draws that an evaluation would give them.</summary>
    private DeviceBuffer UnderAttack(AttackInBudget asked, int samples, CancellationToken cancellation)
    {
        batch ??= new AttackBatch(classifier);
        batch.Load(pixels.AsSpan(0, samples * classifier.PixelCount), labels.AsSpan(0, samples), numbers.AsSpan(0, samples));
        var member = asked.Attack.Members[0];
        batch.WatchGradients();
        var random = member.Draws(new RandomKey(options.Seed, 0));
        member.Attack.Run(batch, new AttackSettings(asked.Budget, member.Estimator, random, cancellation));
        BallCheck.Verify(member.ToString(), batch, asked.Budget);
        if (batch.NotFiniteGradients > 0 || batch.NotFiniteLogits > 0)
        {
            throw new BadInputException(
                $"{asked.Attack.Name}: input gradients or logits under attack hold values that are no finite numbers, so that the attack could not follow "
                + "them and what it ends in would say nothing. Training has diverged; use another checkpoint");
        }

        return batch.Adversarial;
    }
}
