using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>a·shortcut + b·residual.</summary>
internal sealed class WeightedSumStep(
    Link shortcut, Link residual, Activation output, Activation? gradient, ParameterTensor coefficients, bool trains) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) =>
        backend.WeightedSum(shortcut.Value, residual.Value, coefficients.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (trains)
        {
            backend.WeightedSumCoefficientGradient(shortcut.Value, gradient!, coefficients.Gradient!, 0, pass.Samples);
            backend.WeightedSumCoefficientGradient(residual.Value, gradient!, coefficients.Gradient!, 1, pass.Samples);
        }

        // the last one may be in place of the gradient that both read
        Carry(backend, shortcut, 0, in pass);
        Carry(backend, residual, 1, in pass);
    }

    private void Carry(IBackend backend, Link input, int index, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.WeightedSumGradient(gradient!, coefficients.Value, index, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
