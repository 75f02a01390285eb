using System.Text;

namespace RobustSnn.Cli.Output;

/// <summary>
/// Writes on to another writer what <see cref="Visible"/> makes of it. What is written is one line's text, and a line ends by WriteLine:
/// a line end inside the text is a name's, not the program's.
/// </summary>
/// <param name="kept">Control characters that stay: the line ends, for pages of the program's own text.</param>
internal sealed class VisibleWriter(TextWriter inner, string kept = "") : TextWriter(inner.FormatProvider)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(Visible.Text(value.ToString(), kept));

    public override void Write(string? value) => inner.Write(value is null ? null : Visible.Text(value, kept));

    public override void WriteLine() => inner.WriteLine();

    // At once, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : Visible.Text(value, kept));

    public override void Flush() => inner.Flush();
}
