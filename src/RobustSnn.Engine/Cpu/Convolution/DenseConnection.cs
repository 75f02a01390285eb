namespace RobustSnn.Engine.Cpu;

/// <summary>Dense weights packed for both directions. Backward packing waits for the first backward pass: inference never pays for it.</summary>
internal sealed unsafe class DenseConnection(ConvolutionGeometry geometry, DeviceBuffer weights)
    : Connection(geometry, weights, null)
{
    private readonly PackedWeights forward = new(GatherClass.Forward(geometry), geometry.Outputs, geometry.Inputs);
    private PackedWeights? backward;
    private bool forwardStale = true;
    private bool backwardStale = true;

    public void Invalidate() => forwardStale = backwardStale = true;

    public PackedWeights Forward(Workers workers)
    {
        if (forwardStale)
        {
            forward.Pack(((NativeBuffer)Weights).Pointer, Geometry.Inputs * Geometry.Taps, Geometry.Taps, workers);
            forwardStale = false;
        }

        return forward;
    }

    public PackedWeights Backward(Workers workers)
    {
        backward ??= new PackedWeights(GatherClass.InputGradient(Geometry), Geometry.Inputs, Geometry.Outputs);
        if (backwardStale)
        {
            backward.Pack(((NativeBuffer)Weights).Pointer, Geometry.Taps, Geometry.Inputs * Geometry.Taps, workers);
            backwardStale = false;
        }

        return backward;
    }

    public override void Dispose()
    {
        forward.Dispose();
        backward?.Dispose();
    }
}
