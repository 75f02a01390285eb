using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>Average pooling; the windows follow from the two shapes.</summary>
internal sealed class PoolStep(Link input, Activation output, Activation? gradient) : Step
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
