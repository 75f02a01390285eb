using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

/// <summary>Dense weights packed for both directions. Backward packing waits for the first backward pass: inference never pays for it.</summary>
internal sealed unsafe class DenseConnection(NativeHeap heap, ConvolutionGeometry geometry, DeviceBuffer weights)
    : RoutedConnection(geometry, weights, null)
{
    private readonly PackedWeights forward = new(heap, GatherClass.Forward(geometry), geometry.Outputs, geometry.Inputs);
    private PackedWeights? backward;
    private long forwardVersion = -1; // of the weights that were packed
    private long backwardVersion = -1;

    public PackedWeights Forward(Workers workers)
    {
        if (forwardVersion != Weights.Version)
        {
            forward.Pack(((NativeBuffer)Weights).Pointer, Geometry.Inputs * Geometry.Taps, Geometry.Taps, workers);
            forwardVersion = Weights.Version;
        }

        return forward;
    }

    public PackedWeights Backward(Workers workers)
    {
        backward ??= new PackedWeights(heap, GatherClass.InputGradient(Geometry), Geometry.Inputs, Geometry.Outputs);
        if (backwardVersion != Weights.Version)
        {
            backward.Pack(((NativeBuffer)Weights).Pointer, Geometry.Taps, Geometry.Inputs * Geometry.Taps, workers);
            backwardVersion = Weights.Version;
        }

        return backward;
    }

    /// <summary>Bytes of a layer's weights in this form.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, bool backward) =>
        PackedWeights.BytesOf(GatherClass.Forward(geometry), geometry.Outputs, geometry.Inputs)
        + (backward ? PackedWeights.BytesOf(GatherClass.InputGradient(geometry), geometry.Inputs, geometry.Outputs) : 0);

    /// <summary>Notes that a pass has run.</summary>
    /// <param name="isBits">Whether the layer's input was bits.</param>
    public void Ran(LayerPass pass, bool isBits) =>
        Take(pass, new Route(Kernel.Dense, isBits ? Reading.Unpacked : Reading.AsItLies, IsBits: false, Fires: false, LaneLayout.VectorLanes));

    public override void Dispose()
    {
        forward.Dispose();
        backward?.Dispose();
    }
}
