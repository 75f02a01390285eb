namespace RobustSnn.Engine;

/// <summary>A convolution or linear layer.</summary>
internal sealed class ConnectionStep(
    Connection connection, Link input, Activation output, Activation? gradient, ParameterTensor weight, ParameterTensor? bias, bool trains)
    : Step
{
    public override void Forward(IBackend backend, in Pass pass) =>
        backend.Convolve(connection, bias?.Value, input.Value, output, pass.Samples);

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (trains)
        {
            backend.ConvolveWeightGradient(connection, input.Value, gradient!, weight.Gradient!, bias?.Gradient, pass.Samples);
        }

        if (input.Gradient is not null)
        {
            backend.ConvolveInputGradient(connection, gradient!, input.Gradient, input.Accumulate, pass.Samples);
        }
    }
}
