using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>One weight position of a gather: which kernel element, and where its source lies from the base of a target's source.</summary>
internal readonly record struct Tap(int Kernel, int Row, int Column);

/// <summary>
/// Targets that read the same taps: target (FirstRow + i·TargetRowStep, FirstColumn + j·TargetColumnStep), for i &lt; Rows and j &lt; Columns,
/// is the sum over taps of weight[tap] · source (i·SourceRowStep + tap.Row, j·SourceColumnStep + tap.Column).
/// </summary>
/// <remarks>
/// A forward convolution is one class. The input gradient of a strided one is a class for each remainder of the input's position, because
/// only every stride-th kernel element reaches it; with stride 1 that is again one class.
/// </remarks>
internal sealed record GatherClass(
    int FirstRow, int FirstColumn, int TargetRowStep, int TargetColumnStep,
    int SourceRowStep, int SourceColumnStep, int Rows, int Columns, Tap[] Taps)
{
    public static GatherClass[] Forward(ConvolutionGeometry g)
    {
        var taps = new List<Tap>();
        for (var row = 0; row < g.KernelRows; row++)
            for (var column = 0; column < g.KernelColumns; column++)
            {
                taps.Add(new Tap(row * g.KernelColumns + column, row - g.Padding, column - g.Padding));
            }

        return [new GatherClass(0, 0, 1, 1, g.StrideRows, g.StrideColumns, g.OutputRows, g.OutputColumns, [.. taps])];
    }

    public static GatherClass[] InputGradient(ConvolutionGeometry g)
    {
        var classes = new List<GatherClass>();
        for (var firstRow = 0; firstRow < Math.Min(g.StrideRows, g.InputRows); firstRow++)
            for (var firstColumn = 0; firstColumn < Math.Min(g.StrideColumns, g.InputColumns); firstColumn++)
            {
                var taps = new List<Tap>();
                for (var row = 0; row < g.KernelRows; row++)
                    for (var column = 0; column < g.KernelColumns; column++)
                    {
                        // input y is read by output q where y + padding − row = stride·q
                        var (q, rest) = Math.DivRem(firstRow + g.Padding - row, g.StrideRows);
                        var (p, restColumn) = Math.DivRem(firstColumn + g.Padding - column, g.StrideColumns);
                        if (rest == 0 && restColumn == 0)
                        {
                            taps.Add(new Tap(row * g.KernelColumns + column, q, p));
                        }
                    }

                var rows = (g.InputRows - firstRow + g.StrideRows - 1) / g.StrideRows;
                var columns = (g.InputColumns - firstColumn + g.StrideColumns - 1) / g.StrideColumns;
                classes.Add(new GatherClass(firstRow, firstColumn, g.StrideRows, g.StrideColumns, 1, 1, rows, columns, [.. taps]));
            }

        return [.. classes];
    }

    /// <summary>Throws where a tap would read beyond the source's border.</summary>
    public void CheckBorder(ActivationShape source)
    {
        foreach (var tap in Taps)
        {
            var lastRow = (Rows - 1) * SourceRowStep + tap.Row;
            var lastColumn = (Columns - 1) * SourceColumnStep + tap.Column;
            if (tap.Row < -source.Border || tap.Column < -source.Border || lastRow >= source.Rows + source.Border
                || lastColumn >= source.Columns + source.Border)
            {
                throw new ArgumentException(
                    $"a convolution reads {tap} beyond the border of {source.Border} round {source.Rows} × {source.Columns}", nameof(source));
            }
        }
    }
}
