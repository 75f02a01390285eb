namespace RobustSnn.Engine.Layout;

/// <summary>
/// Which input each weight (output, input, kernel row, kernel column) connects to which output: a convolution, or a linear layer,
/// which is a convolution whose kernel covers the whole map (PyTorch's flattening order is the weights' own: channel, row, column).
/// Output (row, column) reads inputs (row·stride + kernel row − padding, column·stride + kernel column − padding); beyond the edge, zeros.
/// </summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Padding">Zeros round the input, in positions on every side.</param>
public readonly record struct ConvolutionGeometry(
    int Inputs, int InputRows, int InputColumns,
    int Outputs, int KernelRows, int KernelColumns,
    int StrideRows, int StrideColumns, int Padding)
{
    public int OutputRows => (InputRows + 2 * Padding - KernelRows) / StrideRows + 1;

    public int OutputColumns => (InputColumns + 2 * Padding - KernelColumns) / StrideColumns + 1;

    public int Taps => checked(KernelRows * KernelColumns);

    /// <summary>Number of weights.</summary>
    /// <exception cref="OverflowException">They are more than 2³¹ − 1.</exception>
    public int WeightCount => checked(Outputs * Inputs * Taps);

    /// <summary>A square convolution.</summary>
    public static ConvolutionGeometry Convolution(int inputs, int rows, int columns, int outputs, int kernel, int stride, int padding) =>
        new(inputs, rows, columns, outputs, kernel, kernel, stride, stride, padding);

    /// <summary>A linear layer over a flattened inputs × rows × columns map.</summary>
    public static ConvolutionGeometry Linear(int inputs, int rows, int columns, int outputs) =>
        new(inputs, rows, columns, outputs, rows, columns, rows, columns, 0);
}

/// <summary>The passes over a layer.</summary>
public enum LayerPass
{
    /// <summary>Outputs from inputs, with or without neurons.</summary>
    Forward,

    /// <summary>The gradient of the inputs.</summary>
    InputGradient,

    /// <summary>The gradient of the weights.</summary>
    WeightGradient,
}

/// <summary>
/// Weights in the form that a backend multiplies with.
/// </summary>
/// <param name="weights">(outputs, inputs, kernel rows, kernel columns), or the existing ones in that order.</param>
/// <param name="pattern">Which weights exist; null where all do.</param>
public abstract class Connection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern) : IDisposable
{
    public ConvolutionGeometry Geometry { get; } = geometry;

    public DeviceBuffer Weights { get; } = weights;

    public SparsityPattern? Pattern { get; } = pattern;

    /// <summary>Bytes that forward passes have read of the layer so far: weights, and where they connect.</summary>
    public virtual long InferenceBytes => Weights.Length * sizeof(float);

    /// <summary>
    /// The way in which the backend has computed the last such pass, for people: kernels have their backend's names. Null before the first.
    /// </summary>
    public abstract string? RouteOf(LayerPass pass);

    public abstract void Dispose();
}
