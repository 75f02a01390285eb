namespace RobustSnn.Engine;

/// <summary>BatchNorm over samples, timesteps and positions, with the batch's statistics or the running ones.</summary>
/// <param name="batch">Mean and variance of the batch, where those are used.</param>
/// <param name="updates">Whether the batch's statistics go into the running ones.</param>
/// <param name="timesteps">Copies of each sample that the statistics stand for: a static value is computed once for all T.</param>
internal sealed class BatchNormStep(
    Link input, Activation output, Activation? gradient, ParameterTensor scale, ParameterTensor shift, ParameterTensor runningMean,
    ParameterTensor runningVariance, (DeviceBuffer Mean, DeviceBuffer Variance)? batch, bool updates, int timesteps) : Step
{
    public const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    private DeviceBuffer Mean => batch?.Mean ?? runningMean.Value;

    private DeviceBuffer Variance => batch?.Variance ?? runningVariance.Value;

    public override void Forward(IBackend backend, in Pass pass)
    {
        if (batch is not null)
        {
            backend.BatchStatistics(input.Value, Mean, Variance, pass.Samples);
        }

        if (updates)
        {
            // the running variance is that of a sample: n/(n − 1) times the batch's
            var count = (double)pass.Samples * timesteps * output.Shape.Rows * output.Shape.Columns;
            backend.Blend(runningMean.Value, 1 - Momentum, Momentum, Mean);
            backend.Blend(runningVariance.Value, 1 - Momentum, (float)(Momentum * count / Math.Max(1, count - 1)), Variance);
        }

        backend.BatchNorm(input.Value, scale.Value, shift.Value, Mean, Variance, Epsilon, output, pass.Samples);
    }

    /// <summary>Makes the batch's statistics, where they are used, the running ones.</summary>
    public void AdoptStatistics(IBackend backend)
    {
        if (batch is var (mean, variance))
        {
            backend.Copy(mean, runningMean.Value, mean.Length);
            backend.Copy(variance, runningVariance.Value, variance.Length);
        }
    }

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (batch is null)
        {
            backend.BatchNormFixedGradient(gradient!, scale.Value, Variance, Epsilon, input.Gradient!, input.Accumulate, pass.Samples);
        }
        else
        {
            backend.BatchNormGradient(input.Value, gradient!, scale.Value, Mean, Variance, Epsilon, input.Gradient!, input.Accumulate,
                scale.Gradient!, shift.Gradient!, pass.Samples);
        }
    }
}
