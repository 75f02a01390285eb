namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>How a list is walked: one part of all rows after the other.</summary>
/// <param name="starts">Where part p of row r begins: [r · parts + p]; it ends where the next begins.</param>
/// <param name="parts">Parts of a row.</param>
/// <param name="panelColumns">Columns of a panel.</param>
/// <param name="panelParts">Parts of a panel.</param>
internal readonly unsafe struct Sweeps(int* starts, int parts, int panelColumns, int panelParts)
{
    /// <summary>Parts of a row, and entries of <see cref="Starts"/> from a row to the next.</summary>
    public readonly int Parts = parts;

    private readonly int* starts = starts;
    private readonly int panelColumns = panelColumns;
    private readonly int panelParts = panelParts;

    /// <summary>Where a row's part begins, and one entry further ends; and every <see cref="Parts"/> entries the next row's.</summary>
    public int* Starts(int row, int part) => starts + (nint)row * Parts + part;

    /// <summary>The column that those of a part count from.</summary>
    public int FirstColumn(int part) => part / panelParts * panelColumns;
}
