using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>BatchNorm of a value that others than a neuron read.</summary>
internal sealed class BatchNormStep(Link input, Activation output, Activation? gradient, NormStatistics statistics) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass)
    {
        statistics.Forward(backend, input.Value, pass.Samples);
        var n = statistics.Normalisation;
        backend.BatchNorm(input.Value, n.Scale, n.Shift, n.Mean, n.Variance, n.Epsilon, output, pass.Samples);
    }

    /// <summary>Makes the batch's statistics, where they are used, the running ones.</summary>
    public void AdoptStatistics(IBackend backend) => statistics.Adopt(backend);

    /// <summary>Has the batch's statistics, where they are used, go into the running ones.</summary>
    public void UpdateStatistics(IBackend backend, int samples) => statistics.Update(backend, input.Value, samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        var n = statistics.Normalisation;
        if (statistics.AreTheBatchs)
        {
            backend.BatchNormGradient(input.Value, gradient!, n.Scale, n.Mean, n.Variance, n.Epsilon, input.Gradient!, input.Accumulate,
                statistics.ScaleGradient, statistics.ShiftGradient, pass.Samples);
        }
        else
        {
            backend.BatchNormFixedGradient(gradient!, n.Scale, n.Variance, n.Epsilon, input.Gradient!, input.Accumulate, pass.Samples);
        }
    }
}

internal sealed class NormaliseStep(
    DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, Activation? gradient, DeviceBuffer pixelGradient) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) => backend.Normalise(pixels, mean, deviation, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (pixelGradient.Length > 0) // training does not ask for it
        {
            backend.NormaliseGradient(gradient!, deviation, pixelGradient, pass.Samples);
        }
    }
}
