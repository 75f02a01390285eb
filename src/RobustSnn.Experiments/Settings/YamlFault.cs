using YamlDotNet.Core;

namespace RobustSnn.Experiments.Settings;

/// <summary>Where a text stops being YAML, and why. What the parser itself says of the place is at times the file's first character.</summary>
internal static class YamlFault
{
    private const string Tab = "a tab in the indentation; YAML indents by spaces, so write spaces in its place";

    /// <param name="text">What was parsed.</param>
    /// <param name="fault">What the parser threw.</param>
    /// <param name="reached">Where the scanner stands.</param>
    public static (Mark At, string Problem) Of(string text, YamlException fault, Mark reached) =>
        IsIndentation(text, reached) ? (reached, Tab)
        : IsIndentation(text, fault.End) ? (fault.End, Tab)
        : (Place(text, fault, reached), fault.Message);

    private static Mark Place(string text, YamlException fault, Mark reached)
    {
        // No place at all reads as the start. A mistake is there only if the scanner has not left the first line, or began with a directive.
        if (fault.Start.Index == 0 && fault.End.Index == 0)
        {
            return reached.Line == 1 || text.StartsWith('%') ? fault.Start : reached;
        }

        // Quoted text that is not closed is placed where it begins; a mistake inside it, such as an unknown escape, where that is.
        bool isInQuotes = Letter(text, fault.Start) is '"' or '\'' && fault.End.Index < text.Length;
        return isInQuotes ? fault.End : fault.Start;
    }

    /// <summary>Whether a line's first letter that is no space is a tab, and it is here.</summary>
    private static bool IsIndentation(string text, Mark mark)
    {
        if (Letter(text, mark) != '\t')
        {
            return false;
        }

        int line = text.AsSpan(0, (int)mark.Index).LastIndexOfAny('\n', '\r') + 1;
        return text.AsSpan(line, (int)mark.Index - line).IndexOfAnyExcept(' ') < 0;
    }

    private static char Letter(string text, Mark mark) => mark.Index < text.Length ? text[(int)mark.Index] : '\0';
}
