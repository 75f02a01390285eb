using System.Globalization;
using System.Text.Json;
using RobustSnn.Cli.Output;

namespace RobustSnn.GpuReport;

/// <summary>Whole passes and training steps of VGG-16 at T = 8, and PyTorch's for the same, in one sitting.</summary>
internal static class BenchPart
{
    private static readonly string[] Sparsities = ["0", "0.9", "0.99"];
    private static readonly string[] OwnPrecisions = ["fp32", "tf32", "fp16"];
    private static readonly string[] Phases = ["infer", "bptt", "trades", "ann_infer", "ann_step"];

    private static readonly (string Name, string[] Options)[] Precisions = [("fp32", []), ("tf32", ["--tf32"]), ("amp", ["--amp"])];

    private static readonly (string Name, string[] Options)[] Compilations =
        [("", []), (", compiled", ["--compile"]), (", compiled, layout as written", ["--compile", "--no-layout-optimization"])];

    public static bool Write(ReportOptions options, Markdown text)
    {
        text.Paragraph(
            "Images a second, the median of the timed runs. rsnn's layers fire as often as robust SNNs' do (`--spike-rate p2`); PyTorch's time "
            + "depends neither on that nor on pruned weights, which are zeros in dense tensors there, so that its dense figures are what pruned "
            + "networks are beside, too. amp is autocast to bfloat16.");
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
        var rows = new List<IReadOnlyList<string>>();
        var notes = new List<string>();
        foreach (var (precision, sparsity) in OwnPrecisions.SelectMany(_ => Sparsities, (precision, sparsity) => (precision, sparsity)))
        {
            string[] command =
            [
                "rsnn", "bench", "--backend", "cuda", "--precision", precision, "--batch", batch, "--sparsity", sparsity, "--spike-rate", "p2", "--json",
                .. Sizes(options.IsQuick), "--phase",
            ];
            text.Command(Child.Typed([.. command, "PHASE"]));
            var name = $"rsnn {precision}, {(sparsity == "0" ? "dense" : $"{100 * double.Parse(sparsity, CultureInfo.InvariantCulture):0} % pruned")}";

            // Each in a process of its own: one that does not fit into the card's memory takes no other with it.
            Add(name, [.. Phases.Select(phase => Child.Self([.. command, phase]))]);
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
                try
                {
                    Add($"PyTorch {precision.Name}{compilation.Name}", [Child.Run(options.Python, command)]);
                }
                catch (PartFailedException missing)
                {
                    good = false;
                    notes.Add($"PyTorch {precision.Name}{compilation.Name}: FAILED: {missing.Message}");
                }
            }
        }

        text.Table(["", .. Phases], rows);
        text.List(notes);
        return good;

        void Add(string name, IReadOnlyList<ChildOutcome> outcomes)
        {
            // PyTorch's script prints what it has although a phase failed.
            var found = outcomes.SelectMany(outcome => outcome.Output).Where(line => line.StartsWith('{'))
                .Select(line => JsonDocument.Parse(line).RootElement).ToList();
            rows.Add([name, .. Phases.Select(phase => Rate(found, phase))]);
            foreach (var failed in outcomes.Where(outcome => outcome.Code != 0))
            {
                good = false;
                notes.Add($"{name}: FAILED: {failed.End}");
            }

            foreach (var report in found.Where(report => report.TryGetProperty("card", out _)))
            {
                string[] versions = [.. new[] { "torch", "cuda", "cudnn", "card" }.Select(key => report.GetProperty(key).ToString())];
                notes.Add($"{name}: torch {versions[0]}, CUDA {versions[1]}, cuDNN {versions[2]}, {versions[3]}");
            }
        }
    }

    private static string Rate(List<JsonElement> found, string phase)
    {
        var name = $"{phase}_images_per_s";
        return found.Where(report => report.TryGetProperty(name, out _))
            .Select(report => Format.Number(report.GetProperty(name).GetDouble(), "0.0")).FirstOrDefault() ?? Markdown.Missing;
    }

    private static string[] Sizes(bool quick) => quick
        ? ["--architecture", "vggmini", "--timesteps", "2", "--warm-up", "0", "--repeat", "1"]
        : ["--architecture", "vgg16", "--timesteps", "8", "--repeat", "10"];
}
