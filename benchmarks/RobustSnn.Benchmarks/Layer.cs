using RobustSnn.Engine.Layout;

namespace RobustSnn.Benchmarks;

/// <summary>A 3 × 3 convolution of VGG-16 with as many inputs as outputs.</summary>
public sealed record Layer(int Channels, int Side)
{
    /// <summary>Samples and timesteps of every benchmark.</summary>
    public const int Batch = 16;
    public const int Timesteps = 8;

    /// <summary>One a resolution.</summary>
    public static IEnumerable<Layer> OfVgg16 { get; } = [new(64, 32), new(128, 16), new(256, 8), new(512, 4), new(512, 2)];

    public ConvolutionGeometry Geometry => ConvolutionGeometry.Convolution(Channels, Side, Side, Channels, 3, 1, 1);

    public ActivationShape Shape => new(Channels, Side, Side, 1, LaneLayout.Choose(Batch, Timesteps));

    /// <summary>Values of the layer's output, over all samples and timesteps.</summary>
    public double Values => (double)Channels * Side * Side * Batch * Timesteps;

    /// <summary>Multiplications and additions with all weights, the border's among them.</summary>
    public double Operations => 2.0 * Values * Channels * Geometry.Taps;

    public override string ToString() => $"{Channels} at {Side} x {Side}";
}
