using ManagedCuda.CudaBlas;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>A pass over a dense layer as products: a batch of them for each tap, one for each position.</summary>
/// <param name="Product">Each of them.</param>
/// <param name="Blocks">Lane blocks in use.</param>
/// <param name="Rows">Of the positions.</param>
/// <param name="Columns">Of the positions.</param>
/// <param name="TapRows">Batches: kernel rows, or 1 where a kernel's rows are one matrix.</param>
/// <param name="TapColumns">And kernel columns, where each has a batch of its own.</param>
/// <param name="Bounds">Where results may fall beyond their map: how rows and columns of taps reach into it. These products are left out.</param>
internal readonly record struct LayerProducts(
    Product Product, int Blocks, int Rows, int Columns, int TapRows, int TapColumns, (ConvolutionTaps Rows, ConvolutionTaps Columns)? Bounds = null)
{
    /// <summary>Most products of a batch.</summary>
    public int Positions => checked(Blocks * Rows * Columns);

    public int Taps => TapRows * TapColumns;

    /// <summary>Bytes of the addresses of all matrices.</summary>
    public long AddressBytes => 3L * sizeof(ulong) * Taps * Positions;

    /// <summary>Products of a tap's batch.</summary>
    public int CountOf(int tapRow, int tapColumn) => Bounds is var (rows, columns)
        ? Blocks * rows.CountOf(Rows, tapRow) * columns.CountOf(Columns, tapColumn)
        : Positions;

    /// <summary>Outputs: what they read of a kernel's row lies side by side, so that it is one matrix.</summary>
    public static LayerProducts Forward(ConvolutionGeometry g, ActivationShape input, int blocks)
    {
        var tapRows = AreOne(g, input) ? 1 : g.KernelRows;
        var width = input.Lanes.Width;
        return new LayerProducts(
            new Product(width, g.Outputs, g.Inputs * g.Taps / tapRows, Operation.NonTranspose, Operation.NonTranspose, width, g.Inputs * g.Taps, width),
            blocks, g.OutputRows, g.OutputColumns, tapRows, 1);
    }

    /// <summary>
    /// Whether the gradients of inputs can be gathered as outputs are: with stride 1, where the zeros round the outputs' gradients are wide
    /// enough.
    /// </summary>
    public static bool Gathers(ConvolutionGeometry g, ActivationShape outputGradient) =>
        g is { StrideRows: 1, StrideColumns: 1 } && outputGradient.Border >= System.Math.Max(g.KernelRows, g.KernelColumns) - 1 - g.Padding;

    /// <summary>Gradients of inputs, gathered: a row of a kernel at a time.</summary>
    public static LayerProducts GatheredGradient(ConvolutionGeometry g, ActivationShape inputGradient, int blocks)
    {
        var width = inputGradient.Lanes.Width;
        return new LayerProducts(
            new Product(width, g.Inputs, g.Outputs * g.KernelColumns, Operation.NonTranspose, Operation.NonTranspose, width, g.Outputs * g.Taps, width),
            blocks, g.InputRows, g.InputColumns, g.KernelRows, 1);
    }

    /// <summary>
    /// Gradients of inputs, for every stride: each output position adds to the inputs that it has read, a tap at a time, so that no two products
    /// of a batch share a result. Taps that lie side by side and that no other position reads are one product.
    /// </summary>
    public static LayerProducts ScatteredGradient(ConvolutionGeometry g, ActivationShape inputGradient, int blocks)
    {
        var areColumnsOne = g.Padding == 0 && g.StrideColumns >= g.KernelColumns;
        var tapColumns = areColumnsOne ? 1 : g.KernelColumns;
        var tapRows = areColumnsOne && g.StrideRows >= g.KernelRows && AreOne(g, inputGradient) ? 1 : g.KernelRows;
        var width = inputGradient.Lanes.Width;
        return new LayerProducts(
            new Product(width, g.Inputs * (g.Taps / (tapRows * tapColumns)), g.Outputs, Operation.NonTranspose, Operation.Transpose, width,
                g.Inputs * g.Taps, width),
            blocks, g.OutputRows, g.OutputColumns, tapRows, tapColumns,
            (new ConvolutionTaps(g.StrideRows, g.Padding, g.InputRows), new ConvolutionTaps(g.StrideColumns, g.Padding, g.InputColumns)));
    }

    /// <summary>Whether each input is read exactly once, so that products need not be added to one another.</summary>
    public static bool ReadsOnce(ConvolutionGeometry g) => g.Padding == 0 && g.StrideRows == g.KernelRows && g.StrideColumns == g.KernelColumns
        && g.InputRows == g.OutputRows * g.KernelRows && g.InputColumns == g.OutputColumns * g.KernelColumns;

    /// <summary>Whether the rows of a kernel follow each other without a gap: it covers the map, which has no frame.</summary>
    private static bool AreOne(ConvolutionGeometry g, ActivationShape input) => input.Columns + 2 * input.Border == g.KernelColumns;
}
