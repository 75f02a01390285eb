using System.Text.Json;
using RobustSnn.Cli.Output;

namespace RobustSnn.GpuReport;

/// <summary>Networks, inputs and results of the papers' own code, recomputed on the card.</summary>
internal static class ConformancePart
{
    public static bool Write(ReportOptions options, Markdown text)
    {
        if (options.Golden is not { } folder)
        {
            throw new PartFailedException("no folder of golden cases was given (--golden DIR)");
        }

        string[] files =
        [
            .. Directory.GetFiles(folder).Where(file => Path.GetExtension(file) is ".safetensors" or ".pth").Order(StringComparer.Ordinal),
        ];
        if (options.IsQuick)
        {
            files = [.. files.OrderBy(file => new FileInfo(file).Length).Take(1)];
        }

        if (files.Length == 0)
        {
            throw new PartFailedException($"{folder} has no golden case: no .safetensors or .pth file");
        }

        text.Command(Child.Typed("rsnn", "conformance", folder, "--backend", "cuda"));
        var rows = files.Select(Row).ToList();
        text.Table(["case", "groups", "pass", "result", "what failed, or was allowed on a card alone"], rows.ConvertAll(row => row.Cells));
        return rows.TrueForAll(row => row.Pass);
    }

    /// <summary>Each in a process of its own.</summary>
    private static (bool Pass, IReadOnlyList<string> Cells) Row(string file)
    {
        var outcome = Child.Self(["rsnn", "conformance", file, "--backend", "cuda", "--json"]);
        var name = Path.GetFileName(file);
        if (outcome.Output is not [var line])
        {
            return (false, [name, Markdown.Missing, Markdown.Missing, "FAILED", outcome.End]);
        }

        var found = JsonDocument.Parse(line).RootElement.GetProperty("cases").EnumerateArray().Single();
        var groups = found.GetProperty("groups").EnumerateArray().ToList();
        var failed = groups.Where(group => !group.GetProperty("pass").GetBoolean()).ToList();
        return (failed.Count == 0,
        [
            name, Format.Count(groups.Count), Format.Count(groups.Count - failed.Count),
            failed.Count == 0 ? "pass" : "FAILED",
            string.Join("; ", failed.Select(Failure).Concat(groups.Select(Forgiven).OfType<string>())),
        ]);
    }

    private static string? Forgiven(JsonElement group) =>
        group.GetProperty("forgiven").GetString() is { Length: > 0 } forgiven ? $"{group.GetProperty("group")}: {forgiven}" : null;

    private static string Failure(JsonElement group) =>
        $"{group.GetProperty("group")}: {group.GetProperty("worst_error")} of {group.GetProperty("tolerance")} {group.GetProperty("detail")}";
}
