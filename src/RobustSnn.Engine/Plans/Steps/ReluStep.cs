using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>An ANN's activation, and a neuron run with T = 0.</summary>
internal sealed class ReluStep(Link input, Activation output, Activation? gradient) : Step
{
    public override void Forward(IBackend backend, in Pass pass) => backend.Relu(input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not null)
        {
            backend.ReluGradient(output, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
