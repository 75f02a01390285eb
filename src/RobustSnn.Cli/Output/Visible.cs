using System.Globalization;
using System.Text;

namespace RobustSnn.Cli.Output;

/// <summary>
/// Text as a terminal may show it. Names in files are anyone's: a control character in one could move the cursor, change the window's
/// title or hide what follows, and a bidirectional override show a name that is not there.
/// </summary>
internal static class Visible
{
    /// <summary>
    /// The text with what a terminal would act on written out: control characters as \x1b; line and paragraph separators and
    /// bidirectional controls as \u202e, which inside JSON means the same.
    /// </summary>
    /// <param name="kept">Control characters that stay.</param>
    public static string Text(string text, string kept = "")
    {
        if (!text.Any(letter => IsActive(letter, kept)))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (char letter in text)
        {
            _ = IsActive(letter, kept) ? shown.Append(Escaped(letter)) : shown.Append(letter);
        }

        return shown.ToString();
    }

    private static bool IsActive(char letter, string kept) => !kept.Contains(letter) && (IsBidirectional(letter)
        || char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // Embeddings, overrides, isolates and marks.
    private static bool IsBidirectional(char letter) =>
        letter is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Escaped(char letter) => letter <= '\u00ff' ? $"\\x{(int)letter:x2}" : $"\\u{(int)letter:x4}";
}
