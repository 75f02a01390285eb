using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>a·shortcut + b·residual.</summary>
/// <param name="coefficients">(a, b).</param>
/// <param name="learned">Whose gradient is wanted; null where they are fixed, or nothing is trained.</param>
internal sealed class WeightedSumStep(
    Link shortcut, Link residual, Activation output, Activation? gradient, DeviceBuffer coefficients, ParameterTensor? learned) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) =>
        backend.WeightedSum(shortcut.Value, residual.Value, coefficients, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (learned is not null)
        {
            backend.WeightedSumCoefficientGradient(shortcut.Value, gradient!, learned.Gradient!, 0, pass.Samples);
            backend.WeightedSumCoefficientGradient(residual.Value, gradient!, learned.Gradient!, 1, pass.Samples);
        }

        // the last one may be in place of the gradient that both read
        Carry(backend, shortcut, 0, in pass);
        Carry(backend, residual, 1, in pass);
    }

    private void Carry(IBackend backend, Link input, int index, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.WeightedSumGradient(gradient!, coefficients, index, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
