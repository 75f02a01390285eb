namespace RobustSnn.Engine.Reference;

/// <summary>The weights as they were at the last refresh.</summary>
internal sealed class ReferenceConnection : Connection
{
    private readonly float[] _values;

    public ReferenceConnection(ConvolutionGeometry geometry, DeviceBuffer weights)
        : base(geometry, weights)
    {
        _values = new float[geometry.WeightCount];
        Refresh();
    }

    public override long PackedBytes => (long)_values.Length * sizeof(float);

    public float this[int output, int input, int kernelRow, int kernelColumn] =>
        _values[WeightIndex(Geometry, output, input, kernelRow, kernelColumn)];

    public static int WeightIndex(ConvolutionGeometry geometry, int output, int input, int kernelRow, int kernelColumn) =>
        ((output * geometry.Inputs + input) * geometry.KernelRows + kernelRow) * geometry.KernelColumns + kernelColumn;

    public void Refresh() => Weights.Download(_values);

    public override void Dispose()
    {
    }
}
