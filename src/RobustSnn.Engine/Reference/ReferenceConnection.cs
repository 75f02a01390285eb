using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>The weights as they are.</summary>
internal sealed class ReferenceConnection : Connection
{
    private float[] values = [];
    private long version = -1;

    public ReferenceConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern)
        : base(geometry, weights, pattern)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
    }

    public float this[int output, int input, int kernelRow, int kernelColumn] =>
        Values[WeightIndex(Geometry, output, input, kernelRow, kernelColumn)];

    /// <summary>The weights of the dense layer: 0 where none exist.</summary>
    private float[] Values
    {
        get
        {
            if (version != Weights.Version)
            {
                values = Pattern?.Expand(Weights.ToArray()) ?? Weights.ToArray();
                version = Weights.Version;
            }

            return values;
        }
    }

    /// <inheritdoc/>
    public override string RouteOf(LayerPass pass) => "plain loops, sums in double";

    public static int WeightIndex(ConvolutionGeometry geometry, int output, int input, int kernelRow, int kernelColumn) =>
        ((output * geometry.Inputs + input) * geometry.KernelRows + kernelRow) * geometry.KernelColumns + kernelColumn;

    public override void Dispose()
    {
    }
}
