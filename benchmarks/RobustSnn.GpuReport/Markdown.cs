using System.Text;

namespace RobustSnn.GpuReport;

/// <summary>The report's text as it grows.</summary>
internal sealed class Markdown
{
    private readonly StringBuilder text = new();

    public void Heading(int level, string title) => text.Append('#', level).Append(' ').Append(title).Append("\n\n");

    public void Paragraph(string words) => text.Append(words).Append("\n\n");

    /// <summary>The command that made what follows.</summary>
    public void Command(IEnumerable<string> words) => text.Append("    ").AppendJoin(' ', words.Select(Quoted)).Append("\n\n");

    public void List(IEnumerable<string> items)
    {
        foreach (var item in items)
        {
            text.Append("- ").Append(Escape(item)).Append('\n');
        }

        text.Append('\n');
    }

    /// <summary>Words to the left, numbers to the right.</summary>
    public void Table(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        Row(header);
        text.Append('|');
        for (var column = 0; column < header.Count; column++)
        {
            text.Append(rows.Any(row => row[column].Length > 0) && rows.All(row => IsNumber(row[column])) ? "---:|" : "---|");
        }

        text.Append('\n');
        foreach (var row in rows)
        {
            Row(row);
        }

        text.Append('\n');
    }

    public override string ToString() => text.ToString();

    /// <summary>Text that may have signs of Markdown's in it, on one line.</summary>
    public static string Escape(string words) => words.ReplaceLineEndings(" ").Replace("|", "\\|").Replace("*", "\\*").Replace("<", "&lt;");

    /// <summary>Stands where there is no number.</summary>
    public static string Missing => Cli.Output.Format.Missing;

    private static bool IsNumber(string cell) => cell.Length == 0 || cell == Missing || char.IsAsciiDigit(cell.TrimStart('-').FirstOrDefault());

    private static string Quoted(string word) => word.Any(char.IsWhiteSpace) ? $"'{word}'" : word;

    private void Row(IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Escape)).Append(" |\n");
}
