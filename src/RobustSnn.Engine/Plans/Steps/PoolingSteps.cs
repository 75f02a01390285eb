using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>Average pooling; the windows follow from the two shapes.</summary>
internal sealed class PoolStep(Link input, Activation output, Activation? gradient) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) => backend.AveragePool(input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.AveragePoolGradient(gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}

/// <summary>Max pooling over windows that may overlap; the backward pass finds the largest values again in what the node read.</summary>
internal sealed class OverlappingMaxPoolStep(PoolWindow window, Link input, Activation output, Activation? gradient) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) => backend.OverlappingMaxPool(window, input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.OverlappingMaxPoolGradient(window, input.Value, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}

/// <summary>Max pooling; the backward pass finds the largest values again in what the node read.</summary>
internal sealed class MaxPoolStep(Link input, Activation output, Activation? gradient) : PlanStep
{
    public override void Forward(IBackend backend, in Pass pass) => backend.MaxPool(input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.MaxPoolGradient(input.Value, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
