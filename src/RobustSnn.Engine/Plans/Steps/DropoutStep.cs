using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Plans.Steps;

/// <summary>Dropout in training; outside it, plans read through the node.</summary>
/// <param name="node">Sets the masks of different layers apart.</param>
/// <param name="numbers">Each sample's number in its data set: masks are the sample's own.</param>
internal sealed class DropoutStep(Link input, Activation output, Activation? gradient, float rate, ulong node, DeviceBuffer numbers) : PlanStep
{
    private const int NodeShift = 48;

    public override void Forward(IBackend backend, in Pass pass)
    {
        if (input.Value.Shape.IsBits)
        {
            backend.Unpack(input.Value, output, pass.Samples);
        }
        else if (!ReferenceEquals(input.Value, output))
        {
            backend.Copy(input.Value.Buffer, output.Buffer, output.Buffer.Length);
        }

        backend.Dropout(output, rate, Key(in pass), numbers, pass.Samples);
    }

    public override void Backward(IBackend backend, in Pass pass)
    {
        if (input.Gradient is not { } target)
        {
            return;
        }

        if (input.Accumulate)
        {
            // the share of dropout is made in place of the node's own gradient, which nobody reads again
            backend.Dropout(gradient!, rate, Key(in pass), numbers, pass.Samples);
            backend.Blend(target.Buffer, 1, 1, gradient!.Buffer);
            return;
        }

        if (!ReferenceEquals(target, gradient))
        {
            backend.Copy(gradient!.Buffer, target.Buffer, target.Buffer.Length);
        }

        backend.Dropout(target, rate, Key(in pass), numbers, pass.Samples);
    }

    private RandomKey Key(in Pass pass) => pass.Dropout with { Stream = pass.Dropout.Stream ^ (node << NodeShift) };
}
