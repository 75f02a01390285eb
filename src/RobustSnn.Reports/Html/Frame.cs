using System.Security.Cryptography;
using System.Text;

namespace RobustSnn.Reports.Html;

/// <summary>
/// What is round the sections: style, script and the charting library, all in the file. The policy lets run these two scripts, known by
/// their hashes, and nothing else, and lets nothing be fetched.
/// </summary>
internal static class Frame
{
    /// <summary>What every report begins with.</summary>
    public const string Beginning = "<!DOCTYPE html>\n";

    private static readonly (string Id, string Name)[] Links =
    [
        ("warnings", "Warnings"), ("table", "Table"), ("epochs", "Training"), ("comparison", "Comparison"), ("layers", "Layers"), ("members", "Members"),
        ("evaluations", "Evaluations"), ("thresholds", "Thresholds"), ("energy", "Energy"), ("images", "Images"), ("settings", "Settings"),
    ];

    /// <param name="title">Of the page; from a file.</param>
    /// <param name="description">In a line; null for none.</param>
    public static string Around(string title, string? description, Page page)
    {
        var (library, script) = (Asset("plotly-basic.min.js"), Asset("report.js"));
        var html = new StringBuilder();
        html.Append(Beginning).Append("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; ")
            .Append($"script-src '{Hash(library)}' '{Hash(script)}'; base-uri 'none'; form-action 'none'\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append($"<title>{Page.Escape(title)} – RobustSnn</title>\n<style>\n{Asset("report.css")}</style>\n</head>\n<body>\n<header>\n");
        html.Append($"<h1>{Page.Escape(title)}</h1>\n");
        if (description is not null)
        {
            html.Append($"<p>{Page.Escape(description)}</p>\n");
        }

        html.Append("<button type=\"button\" id=\"theme\" hidden>Dark or light</button>\n<nav aria-label=\"Sections\">")
            .AppendJoin(' ', Links.Select(link => $"<a href=\"#{link.Id}\">{link.Name}</a>")).Append("</nav>\n</header>\n<main>\n").Append(page)
            .Append("</main>\n<noscript><p>Charts need scripts; their numbers are in the table below each.</p></noscript>\n")
            .Append("<footer><p>Made by rsnn report. Charts by plotly.js (MIT licence, © Plotly Technologies Inc.).</p></footer>\n");
        html.Append($"<script>{library}</script>\n<script>{script}</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>A file that comes with the program, with line feeds alone, as a browser hashes it.</summary>
    internal static string Asset(string name)
    {
        using var stream = typeof(Frame).Assembly.GetManifestResourceStream($"Assets/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Hash(string script) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}";
}
