namespace RobustSnn.Engine.Reference;

/// <summary>The weights as they were at the last refresh.</summary>
internal sealed class ReferenceConnection : Connection
{
    private float[] values = [];

    public ReferenceConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern)
        : base(geometry, weights, pattern)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
        Refresh();
    }

    public float this[int output, int input, int kernelRow, int kernelColumn] =>
        values[WeightIndex(Geometry, output, input, kernelRow, kernelColumn)];

    public static int WeightIndex(ConvolutionGeometry geometry, int output, int input, int kernelRow, int kernelColumn) =>
        ((output * geometry.Inputs + input) * geometry.KernelRows + kernelRow) * geometry.KernelColumns + kernelColumn;

    public void Refresh() => values = Pattern?.Expand(Weights.ToArray()) ?? Weights.ToArray();

    public override void Dispose()
    {
    }
}
