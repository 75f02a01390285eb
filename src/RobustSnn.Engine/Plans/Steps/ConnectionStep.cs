using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>A convolution or linear layer.</summary>
internal sealed class ConnectionStep(
    SpikingModel model, int node, Link input, Activation output, Activation? gradient, ParameterTensor weight, ParameterTensor? bias, bool trains)
    : Step
{
    public override void Forward(IBackend backend, in Pass pass) =>
        backend.Convolve(model.Connection(node), bias?.Value, input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        var connection = model.Connection(node);
        if (trains)
        {
            backend.ConvolveWeightGradient(connection, input.Value, gradient!, weight.EffectiveGradient!, bias?.Gradient, pass.Samples);
        }

        if (input.Gradient is not null)
        {
            backend.ConvolveInputGradient(connection, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
