using System.Text.Json;
using RobustSnn.Cli.Output;

namespace RobustSnn.GpuReport;

/// <summary>Whole passes and training steps of VGG-16 at T = 8, and PyTorch's for the same, in one sitting.</summary>
internal static class BenchPart
{
    private static readonly string[] Sparsities = ["0", "0.9", "0.99"];
    private static readonly string[] Phases = ["infer", "bptt", "trades", "ann_infer", "ann_step"];

    private static readonly (string Name, string[] Options)[] Precisions = [("fp32", []), ("tf32", ["--tf32"]), ("amp", ["--amp"])];

    private static readonly (string Name, string[] Options)[] Compilations =
        [("", []), (", compiled", ["--compile"]), (", compiled, layout as written", ["--compile", "--no-layout-optimization"])];

    public static bool Write(ReportOptions options, Markdown text)
    {
        text.Paragraph(
            "Images a second, the median of the timed runs. rsnn's layers fire as often as robust SNNs' do (`--spike-rate p2`); PyTorch's time depends neither on that nor on pruned weights, "
            + "which are zeros in dense tensors there, so that its dense figures are what pruned networks are beside, too. amp is autocast to bfloat16.");
        var good = true;
        foreach (var batch in options.IsQuick ? new[] { "2" } : ["64", "256"])
        {
            good &= Write(options, text, batch);
        }

        return good;
    }

    private static bool Write(ReportOptions options, Markdown text, string batch)
    {
        text.Heading(3, $"Batch {batch}");
        var good = true;
        var columns = new List<(string Name, JsonElement? Found)>();
        var seen = new List<string>();
        foreach (var sparsity in Sparsities)
        {
            string[] command = ["rsnn", "bench", "--backend", "cuda", "--batch", batch, "--sparsity", sparsity, "--spike-rate", "p2", "--json", .. Sizes(options.IsQuick)];
            text.Command(Child.Typed(command));
            Add($"rsnn, {(sparsity == "0" ? "dense" : $"{100 * double.Parse(sparsity, System.Globalization.CultureInfo.InvariantCulture):0} % pruned")}", Child.Self(command));
        }

        foreach (var precision in Precisions)
        {
            foreach (var compilation in Compilations)
            {
                string[] command =
                [
                    Path.Combine(AppContext.BaseDirectory, "pytorch_peer.py"), "--device", "cuda", "--batch", batch,
                    .. options.IsQuick ? ["--timesteps", "2", "--repeat", "1"] : (string[])["--timesteps", "8", "--repeat", "10", "--warm-up", "5"],
                    .. precision.Options, .. compilation.Options,
                ];
                text.Command([options.Python, .. command]);
                Add($"PyTorch {precision.Name}{compilation.Name}", Child.Run(options.Python, command));
            }
        }

        text.Table(["", .. Phases], [.. columns.Select(column => Row(column.Name, column.Found))]);
        text.List(seen);
        return good;

        // PyTorch's script prints what it has although a phase failed.
        void Add(string name, ChildOutcome outcome)
        {
            JsonElement? found = outcome.Output.LastOrDefault(line => line.StartsWith('{')) is { } line ? JsonDocument.Parse(line).RootElement : null;
            columns.Add((name, found));
            if (outcome.Code != 0)
            {
                good = false;
                seen.Add($"{name}: FAILED: {outcome.End}");
            }
            else if (found is { } report && report.TryGetProperty("card", out var card))
            {
                seen.Add($"{name}: torch {report.GetProperty("torch")}, CUDA {report.GetProperty("cuda")}, cuDNN {report.GetProperty("cudnn")}, {card}");
            }
        }
    }

    private static string[] Sizes(bool quick) => quick
        ? ["--architecture", "vggmini", "--timesteps", "2", "--warm-up", "0", "--repeat", "1"]
        : ["--architecture", "vgg16", "--timesteps", "8", "--repeat", "10"];

    private static IReadOnlyList<string> Row(string name, JsonElement? found) =>
        [name, .. Phases.Select(phase => found is { } report && report.TryGetProperty($"{phase}_images_per_s", out var rate) ? Format.Number(rate.GetDouble(), "0.0") : Markdown.Missing)];
}
