using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RobustSnn.Reports.Tests;

/// <summary>A report in a real browser, without a network: nothing is complained of, and every chart is drawn.</summary>
public sealed partial class BrowserTests
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // One start of the browser for all cases: each takes seconds.
    private static readonly Lazy<(string Page, string Complaints)> Opened = new(Open);

    [Test]
    public void Every_chart_is_drawn()
    {
        var charts = Charts().Count(Opened.Value.Page);
        Assert.That(charts, Is.GreaterThan(5));
        Assert.That(Drawn().Count(Opened.Value.Page), Is.EqualTo(charts), "containers that the library has drawn in");
        Assert.That(Vectors().Count(Opened.Value.Page), Is.GreaterThanOrEqualTo(2 * charts), "layers of drawings");
    }

    [Test]
    public void Nothing_is_refused_or_fails() => Assert.That(Opened.Value.Complaints, Is.Empty);

    /// <summary>The library has a button that uploads a chart's numbers, which no policy of a page forbids.</summary>
    [Test]
    public void No_button_sends_numbers_away() => Assert.That(
        Buttons().Matches(Opened.Value.Page).Select(button => button.Groups["title"].Value).Distinct(),
        Is.EquivalentTo(new[] { "Download plot", "Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes" }));

    [Test]
    public void The_theme_can_be_changed() => Assert.That(Opened.Value.Page, Does.Not.Match("id=\"theme\" hidden"));

    private static (string Page, string Complaints) Open()
    {
        if (Find() is not { } browser)
        {
            Assert.Ignore("needs Chromium (Debian: apt-get install chromium)");
            return default;
        }

        var report = TinyRun.NewPath("report.html");
        HtmlReport.Write([TinyRun.Folder], [], report);
        var start = new ProcessStartInfo(browser) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr", "--virtual-time-budget=8000",
            $"--user-data-dir={TinyRun.NewPath("profile")}", "--window-size=390,844", "--dump-dom", $"file://{report}"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (page, log) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{browser} did not end within {Limit.TotalSeconds} s");
        }

        return (page.Result, string.Join('\n', log.Result.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal))));
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    [GeneratedRegex("class=\"chart-data\"")]
    private static partial Regex Charts();

    [GeneratedRegex("class=\"chart js-plotly-plot\"")]
    private static partial Regex Drawn();

    [GeneratedRegex("class=\"modebar-btn[^>]*data-title=\"(?<title>[^\"]*)\"")]
    private static partial Regex Buttons();

    [GeneratedRegex("class=\"main-svg\"")]
    private static partial Regex Vectors();
}
