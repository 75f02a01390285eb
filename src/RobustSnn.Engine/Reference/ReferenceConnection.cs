namespace RobustSnn.Engine.Reference;

/// <summary>The weights as they were at the last refresh.</summary>
internal sealed class ReferenceConnection : Connection
{
    private readonly float[] values;

    public ReferenceConnection(ConvolutionGeometry geometry, DeviceBuffer weights)
        : base(geometry, weights)
    {
        values = new float[geometry.WeightCount];
        Refresh();
    }

    public float this[int output, int input, int kernelRow, int kernelColumn] =>
        values[WeightIndex(Geometry, output, input, kernelRow, kernelColumn)];

    public static int WeightIndex(ConvolutionGeometry geometry, int output, int input, int kernelRow, int kernelColumn) =>
        ((output * geometry.Inputs + input) * geometry.KernelRows + kernelRow) * geometry.KernelColumns + kernelColumn;

    public void Refresh() => Weights.Download(values);

    public override void Dispose()
    {
    }
}
