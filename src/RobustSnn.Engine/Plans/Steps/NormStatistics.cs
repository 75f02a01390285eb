using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>BatchNorm's parameters, and which mean and variance it uses: the batch's, over samples, timesteps and positions, or the running ones.</summary>
/// <param name="batch">Mean and variance of the batch, where those are used.</param>
/// <param name="updates">Whether the batch's statistics go into the running ones.</param>
/// <param name="timesteps">Copies of each sample that the statistics stand for: a static value is computed once for all T.</param>
internal sealed class NormStatistics(
    ParameterTensor scale, ParameterTensor shift, ParameterTensor runningMean, ParameterTensor runningVariance,
    (DeviceBuffer Mean, DeviceBuffer Variance)? batch, bool updates, int timesteps)
{
    public const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    public bool AreTheBatchs => batch is not null;

    public DeviceBuffer ScaleGradient => scale.Gradient!;

    public DeviceBuffer ShiftGradient => shift.Gradient!;

    public Normalisation Normalisation => new(scale.Value, shift.Value, batch?.Mean ?? runningMean.Value,
        batch?.Variance ?? runningVariance.Value, Epsilon);

    /// <summary>Takes the batch's statistics, where they are used.</summary>
    public void Forward(IBackend backend, Activation input, int samples)
    {
        if (batch is not var (mean, variance))
        {
            return;
        }

        backend.BatchStatistics(input, mean, variance, samples);
        if (updates)
        {
            Update(backend, input, samples);
        }
    }

    /// <summary>Has the batch's statistics, where they are used, go into the running ones.</summary>
    public void Update(IBackend backend, Activation input, int samples)
    {
        if (batch is var (mean, variance))
        {
            // the running variance is that of a sample: n/(n − 1) times the batch's
            var count = (double)samples * timesteps * input.Shape.Rows * input.Shape.Columns;
            backend.Blend(runningMean.Value, 1 - Momentum, Momentum, mean);
            backend.Blend(runningVariance.Value, 1 - Momentum, (float)(Momentum * count / Math.Max(1, count - 1)), variance);
        }
    }

    /// <summary>Makes the batch's statistics, where they are used, the running ones.</summary>
    public void Adopt(IBackend backend)
    {
        if (batch is var (mean, variance))
        {
            backend.Copy(mean, runningMean.Value, mean.Length);
            backend.Copy(variance, runningVariance.Value, variance.Length);
        }
    }
}
