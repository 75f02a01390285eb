using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>Accuracy of a network over a whole data set, clean and under attacks (METHODS 8), and its activity (METHODS 9).</summary>
public sealed class Evaluation : IDisposable
{
    private readonly EvaluationOptions _options;
    private readonly Classifier _classifier;
    private readonly AttackBatch _batch;
    private readonly DeviceBuffer _pixelsDevice;
    private readonly float[] _pixels;
    private readonly int[] _labels;
    private readonly int[] _predictions;

    /// <exception cref="BadInputException">A negative ε or T, or no samples a batch.</exception>
    public Evaluation(SpikingModel model, EvaluationOptions options)
    {
        if (options.Batch < 1 || options.Timesteps < 0 || !(options.Epsilon >= 0 && options.Epsilon <= 1))
        {
            throw new BadInputException(
                $"An evaluation expects a batch of at least 1, T of at least 0 and ε from 0 to 1; found batch {options.Batch}, " +
                $"T {options.Timesteps}, ε {options.Epsilon}.");
        }

        _options = options;
        _classifier = new Classifier(model, options.Batch, options.Timesteps);
        _batch = new AttackBatch(_classifier);
        _pixels = new float[options.Batch * _classifier.PixelCount];
        _pixelsDevice = _classifier.Backend.Allocate(_pixels.Length);
        _labels = new int[options.Batch];
        _predictions = new int[options.Batch];
    }

    /// <summary>Evaluates on every sample of the source.</summary>
    /// <exception cref="BadInputException">No samples, or a label that is none of the network's classes.</exception>
    /// <exception cref="InvalidOperationException">An attack left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationResult Run(
        ISampleSource source, IReadOnlyList<EnsembleAttack> attacks, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        if (source.Count < 1)
        {
            throw new BadInputException("The data set to evaluate on has no samples, expected at least 1.");
        }

        var tally = new EvaluationTally(_classifier.Model, [.. attacks.Select(attack => attack.For(_options.Timesteps))]);
        var random = new RandomKey(_options.Seed, 0);
        for (var first = 0; first < source.Count; first += _options.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = Math.Min(_options.Batch, source.Count - first);
            Read(source, first, samples);
            var correct = RunClean(samples, tally);
            for (var i = 0; i < tally.Attacks.Count; i++)
            {
                var attack = tally.Attacks[i];
                _batch.Load(_pixels.AsSpan(0, correct * _classifier.PixelCount), _labels.AsSpan(0, correct));
                attack.Run(_batch, _options.Epsilon, random.Derive(attack.Name).Derive((ulong)first), tally.Members[i], cancellation);
                tally.Correct[i] += _batch.Samples;
                progress?.Report(new EvaluationProgress(attack.Name, tally.Samples, source.Count, tally.Correct[i]));
            }
        }

        return tally.Finish(_options);
    }

    public void Dispose()
    {
        _pixelsDevice.Dispose();
        _batch.Dispose();
        _classifier.Dispose();
    }

    private void Read(ISampleSource source, int first, int samples)
    {
        var count = _classifier.PixelCount;
        for (var i = 0; i < samples; i++)
        {
            source.Read(first + i, _pixels.AsSpan(i * count, count));
            _labels[i] = source.Label(first + i);
            if (_labels[i] < 0 || _labels[i] >= _classifier.Classes)
            {
                throw new BadInputException(
                    $"Sample {first + i} of the data set has label {_labels[i]}, the network has the classes 0 to " +
                    $"{_classifier.Classes - 1}. Evaluate on the data set that the network was made for.");
            }
        }
    }

    /// <summary>Counts on clean images, and moves the correct samples to the front. Gives their number.</summary>
    private int RunClean(int samples, EvaluationTally tally)
    {
        var count = _classifier.PixelCount;
        _pixelsDevice.Upload(_pixels.AsSpan(0, samples * count));
        var predictions = _predictions.AsSpan(0, samples);
        _classifier.Predict(_pixelsDevice, predictions, countSpikes: _options.Timesteps > 0);
        tally.AddSpikes(_classifier);

        var correct = 0;
        for (var i = 0; i < samples; i++)
        {
            if (predictions[i] == _labels[i])
            {
                _pixels.AsSpan(i * count, count).CopyTo(_pixels.AsSpan(correct * count));
                _labels[correct++] = _labels[i];
            }
        }

        tally.AddClean(samples, correct, predictions.Count(Predictions.None));
        return correct;
    }
}
