namespace RobustSnn.Engine.Cpu;

/// <summary>Dense weights packed for both directions. Backward packing waits for the first backward pass: inference never pays for it.</summary>
internal sealed unsafe class DenseConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern)
    : Connection(geometry, weights, pattern)
{
    private readonly NativeBuffer? expanded = pattern is null ? null : new NativeBuffer(geometry.WeightCount);
    private readonly PackedWeights forward = new(GatherClass.Forward(geometry), geometry.Outputs, geometry.Inputs);
    private PackedWeights? backward;
    private bool forwardStale = true;
    private bool backwardStale = true;

    private float* Dense => (expanded ?? (NativeBuffer)Weights).Pointer;

    public void Invalidate()
    {
        forwardStale = backwardStale = true;
        expanded?.Upload(Pattern!.Expand(Weights.ToArray()));
    }

    public PackedWeights Forward(Workers workers)
    {
        if (forwardStale)
        {
            forward.Pack(Dense, Geometry.Inputs * Geometry.Taps, Geometry.Taps, workers);
            forwardStale = false;
        }

        return forward;
    }

    public PackedWeights Backward(Workers workers)
    {
        backward ??= new PackedWeights(GatherClass.InputGradient(Geometry), Geometry.Inputs, Geometry.Outputs);
        if (backwardStale)
        {
            backward.Pack(Dense, Geometry.Taps, Geometry.Inputs * Geometry.Taps, workers);
            backwardStale = false;
        }

        return backward;
    }

    public override void Dispose()
    {
        expanded?.Dispose();
        forward.Dispose();
        backward?.Dispose();
    }
}
