namespace RobustSnn.Cuda.Connections;

/// <summary>From which of a convolution's output positions a tap falls into the input's map; native/kernels/dense.cu has the same arithmetic.</summary>
/// <param name="Stride">Of the rows, or the columns.</param>
/// <param name="Inputs">Rows, or columns, of the input's map.</param>
internal readonly record struct ConvolutionTaps(int Stride, int Padding, int Inputs)
{
    /// <summary>How many of so many output positions do: those side by side from the first that does.</summary>
    public int CountOf(int outputs, int tap)
    {
        var first = tap < Padding ? (Padding - tap + Stride - 1) / Stride : 0;
        var last = Inputs - 1 + Padding - tap;
        var end = last < 0 ? 0 : Math.Min(last / Stride + 1, outputs);
        return Math.Max(end - first, 0);
    }
}
