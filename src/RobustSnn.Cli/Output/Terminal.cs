using Spectre.Console;

namespace RobustSnn.Cli.Output;

/// <summary>
/// Where a command writes. On a screen tables have borders and progress moves; redirected, tables are aligned lines and progress a line
/// now and then. Nothing from here has control characters but the program's own: see <see cref="Visible"/>.
/// </summary>
public sealed class Terminal
{
    private const string Gap = "  ";

    /// <param name="output">Results.</param>
    /// <param name="error">Mistakes, notes and progress.</param>
    /// <param name="isScreen">Whether both are watched by a person.</param>
    public Terminal(TextWriter output, TextWriter error, bool isScreen)
    {
        Output = new VisibleWriter(output);
        Error = new VisibleWriter(error);
        Pages = new VisibleWriter(output, Environment.NewLine + "\n");
        IsScreen = isScreen;
        Screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
    }

    /// <summary>The process' own.</summary>
    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected && !Console.IsErrorRedirected);

    /// <summary>For lines: a line end inside one is written out.</summary>
    public TextWriter Output { get; }

    /// <inheritdoc cref="Output"/>
    public TextWriter Error { get; }

    /// <summary>To where <see cref="Output"/> goes, for the program's own texts of several lines.</summary>
    public TextWriter Pages { get; }

    public bool IsScreen { get; }

    /// <summary>For what moves; to be used where <see cref="IsScreen"/>, with text that is <see cref="Visible"/>: it writes what it is given.</summary>
    internal IAnsiConsole Screen { get; }

    /// <summary>Writes a table: the first column to the left, numbers to the right.</summary>
    public void WriteTable(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        header = [.. header.Select(title => Visible.Text(title))];
        rows = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(cell => Visible.Text(cell))])];
        bool[] toTheRight = [.. header.Select((_, column) => column > 0 && rows.All(row => IsNumber(row[column])))];
        if (IsScreen)
        {
            WriteBordered(header, rows, toTheRight);
            return;
        }

        int[] widths = [.. header.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max())];
        foreach (IReadOnlyList<string> row in rows.Prepend(header))
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                toTheRight[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            Output.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }

    private void WriteBordered(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows, bool[] toTheRight)
    {
        var table = new Table().RoundedBorder();
        for (int column = 0; column < header.Count; column++)
        {
            table.AddColumn(new TableColumn(new Text(header[column])) { Alignment = toTheRight[column] ? Justify.Right : Justify.Left });
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        Screen.Write(table);
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || cell == Format.Missing || char.IsAsciiDigit(cell[0]);
}
