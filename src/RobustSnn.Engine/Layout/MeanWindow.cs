namespace RobustSnn.Engine.Layout;

/// <summary>Windows of a map, side by side, of which a layer reads the means.</summary>
/// <param name="Rows">Rows of a window.</param>
/// <param name="Columns">Columns of a window.</param>
public readonly record struct MeanWindow(int Rows, int Columns)
{
    /// <summary>The layer reads the values as they are.</summary>
    public static MeanWindow One { get; } = new(1, 1);

    /// <summary>Whether a window is one position, so that there is nothing to take means of.</summary>
    public bool IsOne => this == One;

    /// <summary>Layout of the means of an input: floats on the smaller map, framed as the layer that reads them needs it.</summary>
    public ActivationShape Over(ActivationShape input, ConvolutionGeometry reader) => input with
    {
        Rows = input.Rows / Rows,
        Columns = input.Columns / Columns,
        Border = reader.Padding,
        Storage = Storage.Floats,
    };
}
