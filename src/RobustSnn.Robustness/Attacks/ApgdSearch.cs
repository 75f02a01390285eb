using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>One run of APGD over a batch.</summary>
internal sealed class ApgdSearch
{
    private readonly AttackBatch _batch;
    private readonly AttackSettings _settings;
    private readonly ApgdOptions _options;
    private readonly DeviceBuffer _best;
    private readonly DeviceBuffer _bestAdversarial;
    private readonly DeviceBuffer _gradient;
    private readonly DeviceBuffer _bestGradient;
    private readonly float[] _stepSizesHost;
    private readonly float[] _losses;
    private readonly bool[] _wrong;
    private readonly bool[] _correct;
    private DeviceBuffer _current;
    private DeviceBuffer _previous;
    private DeviceBuffer _next;
    private ApgdProgress? _progress;

    public ApgdSearch(AttackBatch batch, AttackSettings settings, ApgdOptions options)
    {
        _batch = batch;
        _settings = settings;
        _options = options;
        _current = batch.Images("apgd.0");
        _previous = batch.Images("apgd.1");
        _next = batch.Images("apgd.2");
        _best = batch.Images("apgd.best");
        _bestAdversarial = batch.Images("apgd.best-adversarial");
        _gradient = batch.Images("apgd.gradient");
        _bestGradient = batch.Images("apgd.best-gradient");
        _stepSizesHost = new float[batch.Samples];
        _losses = new float[batch.Samples];
        _wrong = new bool[batch.Samples];
        _correct = new bool[batch.Samples];
    }

    public ApgdOutcome Outcome => new(_best, Progress.BestLosses, _bestAdversarial, _correct);

    private ApgdProgress Progress => _progress ?? throw new InvalidOperationException("APGD has not been started");

    /// <summary>From x + ε·t / max|t|, t = 2·draw − 1, the maximum over each sample.</summary>
    public void Start(DeviceBuffer draw)
    {
        ScaleToBall(draw);
        _batch.Backend.Blend(draw, 1, 1, _batch.Clean);
        _batch.SignStep(draw, draw, 0, _settings.Epsilon, _current);
        _batch.Copy(_current, _previous);
        _batch.Copy(_current, _best);
        _batch.Copy(_current, _bestAdversarial);

        Array.Fill(_stepSizesHost, 2 * _settings.Epsilon);
        _batch.StepSizes.Upload(_stepSizesHost);
        Array.Fill(_correct, true);
        Evaluate(withGradient: true);
        _batch.Copy(_gradient, _bestGradient);
        _progress = new ApgdProgress(_options.Steps, _losses);
    }

    public void Step(float momentum, bool last)
    {
        _batch.Backend.MomentumSignStep(
            _current, _previous, _gradient, _batch.Clean, _batch.StepSizes, momentum, _settings.Epsilon, _next, _batch.Samples);
        (_previous, _current, _next) = (_current, _next, _previous);

        Evaluate(withGradient: !last);
        _batch.Select(_wrong, _current, _bestAdversarial);
        var atCheckpoint = Progress.Observe(_losses);
        _batch.Select(Progress.Improved, _current, _best);
        _batch.Select(Progress.Improved, _gradient, _bestGradient);
        if (atCheckpoint && !last)
        {
            HalveSteps();
        }
    }

    private void Evaluate(bool withGradient)
    {
        DeviceBuffer logits;
        if (withGradient)
        {
            var gradient = _batch.LossGradient(_current, _options.Loss, null, _settings.Estimator, out logits);
            _batch.Copy(gradient, _gradient);
        }
        else
        {
            logits = _batch.Losses(_current, _options.Loss, null, _settings.Estimator);
        }

        _batch.LossValues.Download(_losses);
        _batch.MarkWrong(logits, _wrong);
        for (var sample = 0; sample < _correct.Length; sample++)
        {
            _correct[sample] &= !_wrong[sample];
        }
    }

    private void HalveSteps()
    {
        for (var sample = 0; sample < _stepSizesHost.Length; sample++)
        {
            _stepSizesHost[sample] *= Progress.Halved[sample] ? 0.5f : 1;
        }

        _batch.StepSizes.Upload(_stepSizesHost);
        _batch.Select(Progress.Halved, _best, _current);
        _batch.Select(Progress.Halved, _bestGradient, _gradient);
    }

    private void ScaleToBall(DeviceBuffer draw)
    {
        var count = _batch.Classifier.PixelCount;
        var values = _batch.Scratch;
        draw.Download(values);
        for (var sample = 0; sample < _batch.Samples; sample++)
        {
            var row = values.Slice(sample * count, count);
            var largest = 0f;
            foreach (ref var value in row)
            {
                value = 2 * value - 1;
                largest = Math.Max(largest, Math.Abs(value));
            }

            // A draw of exactly 1/2 everywhere starts at the image.
            var scale = largest > 0 ? _settings.Epsilon / largest : 0;
            foreach (ref var value in row)
            {
                value *= scale;
            }
        }

        draw.Upload(values);
    }
}
