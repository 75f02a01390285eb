using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobustSnn.Reports.Html;

/// <summary>A line or a group of bars.</summary>
/// <param name="X">Numbers, or names of categories.</param>
/// <param name="Y">Null where there is no value.</param>
/// <param name="Spread">Half the length of each error bar, null where it is not known; null for none.</param>
internal sealed record Series(string Name, IReadOnlyList<object> X, IReadOnlyList<double?> Y, IReadOnlyList<double?>? Spread = null);

/// <summary>A chart, as data: the page's script draws it.</summary>
/// <param name="IsPercent">Whether Y are shares from 0 to 1, which are shown in percent.</param>
/// <param name="IsBars">Bars beside each other in place of lines.</param>
internal sealed record Chart(string Title, string XTitle, string YTitle, IReadOnlyList<Series> Series, bool IsPercent, bool IsBars = false)
{
    // Okabe and Ito's colours, which people who confuse red and green tell apart, without the yellow that is faint on white; then other marks again.
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#888888"];
    private static readonly string[] Symbols = ["circle", "square", "diamond", "triangle-up", "x", "cross", "star", "triangle-down"];
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash"];
    private static readonly string[] Patterns = ["", "/", "x", ".", "\\", "-", "|"];

    /// <summary>For the page: escaped so that no text in it can end its element.</summary>
    public string ToJson()
    {
        var scale = IsPercent ? 100 : 1;
        var traces = new JsonArray([.. Series.Select((series, i) => Trace(series, i, scale))]);
        return new JsonObject
        {
            ["traces"] = traces,
            ["x"] = XTitle,
            ["y"] = IsPercent ? $"{YTitle} (%)" : YTitle,
            ["percent"] = IsPercent,
            ["bars"] = IsBars,
        }.ToJsonString(new JsonSerializerOptions());
    }

    /// <summary>The same numbers: a row for each place on the axis.</summary>
    public (IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows) ToTable()
    {
        object[] places = [.. Series.SelectMany(series => series.X).Distinct()];
        return ([XTitle, .. Series.Select(series => series.Name)],
        [
            .. places.Select(place => (IReadOnlyList<string>)
            [
                place is double number ? Numbers.Short(number) : place.ToString()!,
                .. Series.Select(series => string.Join(", ", series.X.Index().Where(each => each.Item.Equals(place)).Select(each => Cell(series, each.Index)))),
            ]),
        ]);
    }

    private string Cell(Series series, int index)
    {
        if (series.Y[index] is not { } value || double.IsNaN(value))
        {
            return Numbers.Missing;
        }

        var text = IsPercent ? Numbers.Percent(value) : Numbers.Short(value);
        return series.Spread?[index] is { } spread ? $"{text} ± {(IsPercent ? Numbers.Percent(spread) : Numbers.Short(spread))}" : text;
    }

    private JsonObject Trace(Series series, int index, double scale)
    {
        var colour = Colours[index % Colours.Length];
        var trace = new JsonObject
        {
            ["type"] = IsBars ? "bar" : "scatter",

            // Plotly takes a little markup in names; what comes from files shall have none.
            ["name"] = Plain(series.Name),
            ["x"] = new JsonArray([.. series.X.Select(value => value is double number ? (JsonNode)number : Plain(value.ToString()!))]),
            ["y"] = new JsonArray([.. series.Y.Select(value => value is { } number && double.IsFinite(number) ? JsonValue.Create(scale * number) : null)]),
            ["marker"] = IsBars
                ? new JsonObject { ["color"] = colour, ["pattern"] = new JsonObject { ["shape"] = Patterns[index % Patterns.Length], ["solidity"] = 0.2 } }
                : new JsonObject { ["color"] = colour, ["symbol"] = Symbols[index % Symbols.Length], ["size"] = 8 },
        };
        if (!IsBars)
        {
            trace["mode"] = "lines+markers";
            trace["line"] = new JsonObject { ["color"] = colour, ["dash"] = Dashes[index % Dashes.Length], ["width"] = 2 };
        }

        if (series.Spread is { } spread)
        {
            trace["error_y"] = new JsonObject { ["type"] = "data", ["array"] = new JsonArray([.. spread.Select(each => each is { } known ? JsonValue.Create(scale * known) : null)]), ["visible"] = true };
        }

        return trace;
    }

    private static string Plain(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
