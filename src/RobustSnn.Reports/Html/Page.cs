using System.Globalization;
using System.Net;
using System.Text;

namespace RobustSnn.Reports.Html;

/// <summary>HTML that is being written. Whatever comes from a file goes through <see cref="Escape"/>, so that no name can become markup.</summary>
internal sealed class Page
{
    private const int LongestNumber = 40;

    private readonly StringBuilder text = new();

    public List<Chart> Charts { get; } = [];

    /// <summary>Text as HTML shows it.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Markup of this program's own: never with anything from a file in it.</summary>
    public void Raw(string markup) => text.Append(markup).Append('\n');

    public void Heading(string id, string heading) => Raw($"<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{Escape(heading)}</h2>");

    public void EndSection() => Raw("</section>");

    public void SubHeading(string heading) => Raw($"<h3>{Escape(heading)}</h3>");

    public void Sentence(string sentence, string style = "") => Raw($"<p{(style.Length > 0 ? $" class=\"{style}\"" : "")}>{Escape(sentence)}</p>");

    /// <summary>Says what the report does not show, and what would make it.</summary>
    public void Missing(string why, string command) => Raw($"<p class=\"missing\">{Escape(why)} <code>{Escape(command)}</code></p>");

    /// <summary>A table that scrolls by itself where the page is narrower. The first column names the row.</summary>
    public void Table(string caption, IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        Raw($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Escape(caption)}\"><table><caption>{Escape(caption)}</caption><thead><tr>"
            + string.Concat(heads.Select(head => $"<th scope=\"col\">{Escape(head)}</th>")) + "</tr></thead><tbody>");
        foreach (var row in rows)
        {
            Raw($"<tr><th scope=\"row\">{Escape(row[0])}</th>{string.Concat(row.Skip(1).Select(Cell))}</tr>");
        }

        Raw("</tbody></table></div>");
    }

    // Sentences may break, numbers with their intervals may not.
    private static string Cell(string text) => $"<td{(text.Length > LongestNumber ? " class=\"words\"" : "")}>{Escape(text)}</td>";

    /// <summary>A chart, with its numbers as a table for who cannot see it.</summary>
    public void Draw(Chart chart)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"chart-{Charts.Count + 1}");
        Charts.Add(chart);
        Raw($"<figure><div class=\"chart\" id=\"{id}\" role=\"group\" aria-label=\"{Escape(chart.Title)}\"></div>");
        Raw($"<script type=\"application/json\" class=\"chart-data\" data-chart=\"{id}\">{chart.ToJson()}</script>");
        Raw($"<figcaption>{Escape(chart.Title)}</figcaption><details><summary>The numbers of this chart</summary>");
        var (heads, rows) = chart.ToTable();
        Table(chart.Title, heads, rows);
        Raw("</details></figure>");
    }

    public override string ToString() => text.ToString();
}
