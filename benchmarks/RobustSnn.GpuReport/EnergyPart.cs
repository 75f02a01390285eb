using System.Text.Json;
using RobustSnn.Cli.Output;

namespace RobustSnn.GpuReport;

/// <summary>What the card takes for a network, pruned and not, spiking and not.</summary>
internal static class EnergyPart
{
    private const double MillijoulesInJoule = 1000;

    public static bool Write(ReportOptions options, Markdown text)
    {
        var folder = Directory.CreateTempSubdirectory("gpu-report-").FullName;
        try
        {
            return Write(options, text, Path.Combine(folder, "drawn.safetensors"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Write(ReportOptions options, Markdown text, string file)
    {
        string[] draw = ["network", file, .. options.IsQuick ? (string[])["--quick"] : []];
        string[] measure =
        [
            options.IsQuick ? "rehearse" : "rsnn", "energy", file, "--backend", "cuda", "--json",
            .. options.IsQuick ? ["--batch", "2", "--samples", "10"] : (string[])["--batch", "256", "--samples", "500"],
        ];
        text.Command(Child.Typed(draw));
        text.Command(Child.Typed(measure));
        if (Child.Self(draw) is { Code: not 0 } refusal)
        {
            throw new PartFailedException(refusal.End);
        }

        var outcome = Child.Self(measure);
        if (outcome is not { Code: 0, Output: [var line] })
        {
            throw new PartFailedException(outcome.End);
        }

        var found = JsonDocument.Parse(line).RootElement;
        var operations = found.GetProperty("clean").GetProperty("operations").GetDouble();
        text.Paragraph($"Counted: {Format.Count(operations)} synaptic operations an image (equation 12).");
        var measured = found.GetProperty("measured");
        if (measured.ValueKind == JsonValueKind.Null)
        {
            throw new PartFailedException($"not measured: {found.GetProperty("why_not_measured")}");
        }

        text.Paragraph(
            $"Measured by the card's counter under steady load, {Number(measured, "idle_watts", "0.0")} W of the idle card subtracted; "
            + "± is the standard deviation of the repeats.");
        text.Table(
            ["network", "T", "images a second", "W under load", "mJ an image", "±"],
            [
                .. measured.GetProperty("networks").EnumerateArray().Select(network => (IReadOnlyList<string>)
                [
                    network.GetProperty("network").GetString()!, Number(network, "timesteps", "0"),
                    Number(network, "images_per_second", "0.0"), Number(network, "watts", "0.0"),
                    Number(network, "joules", "0.000", MillijoulesInJoule), Number(network, "deviation", "0.000", MillijoulesInJoule),
                ]),
            ]);
        return true;
    }

    /// <summary>Infinities and NaN are texts in JSON: no figures.</summary>
    private static string Number(JsonElement of, string name, string format, double unit = 1) =>
        of.GetProperty(name) is { ValueKind: JsonValueKind.Number } number
        ? Format.Number(unit * number.GetDouble(), format)
        : Markdown.Missing;
}
