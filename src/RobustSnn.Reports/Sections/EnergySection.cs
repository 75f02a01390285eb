using RobustSnn.Experiments.Runs;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;
using RobustSnn.Robustness.Energy;

namespace RobustSnn.Reports.Sections;

/// <summary>What spikes cost (P2's table 3): counts first, picojoules under assumptions apart.</summary>
internal static class EnergySection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("energy", "Energy");
        var found = data.Runs.SelectMany(run => run.Results.Energy.Select(energy => (Name: data.Runs.Count > 1 ? $"{run.Name}: {energy.Network}" : energy.Network, Energy: energy))).ToArray();
        if (found.Length == 0)
        {
            page.Missing("Operations were not counted.", $"rsnn energy {data.Runs[0].Folder}/finetuned-snn.safetensors --attack pgd10   or, in a run,   --set energy={{}}");
            page.EndSection();
            return;
        }

        page.Table("Synaptic operations, one for each spike and existing connection (P2's equation 12), and stored bytes",
            ["network", "spikes an image", "operations an image", "with nothing pruned", "dense over this", "bytes stored", "bytes dense"],
            [.. found.Select(each => Row(each.Name, each.Energy, each.Energy.Measured.Clean))]);
        page.Sentence("With nothing pruned: what the same spikes would cost. It is not what another, dense network costs, which has spikes of its own.");
        if (found.Any(each => each.Energy.Measured.Attacked is not null))
        {
            page.Table("The same under attack", ["network, attack", "spikes an image", "operations an image", "with nothing pruned", "dense over this", "bytes stored", "bytes dense"],
                [.. found.Where(each => each.Energy.Measured.Attacked is not null)
                    .Select(each => Row($"{each.Name}, {each.Energy.Measured.Attack}", each.Energy, each.Energy.Measured.Attacked!))]);
        }

        WritePicojoules(page, [.. found.Select(each => (each.Name, EnergyEstimate.Of(each.Energy.Measured.Clean, EnergyAssumptions.Horowitz)))]);
        page.EndSection();
    }

    private static IReadOnlyList<string> Row(string name, NetworkEnergy energy, EnergyResult result) =>
    [
        name, Numbers.Count(result.SpikesPerImage), Numbers.Count(result.Operations), Numbers.Count(result.DenseOperations), Numbers.Short(result.DenseOverThis),
        Numbers.Count(energy.Memory.Bytes), Numbers.Count(energy.Memory.DenseBytes),
    ];

    private static void WritePicojoules(Page page, IReadOnlyList<(string Name, EnergyEstimate Estimate)> estimates)
    {
        page.SubHeading("Picojoules, under assumptions");
        page.Sentence("Nothing here is measured: counts are multiplied by prices from a publication.");
        page.Table("Picojoules an image, under the assumptions below", ["network", "SNN, arithmetic", "SNN, moving data", "ANN, arithmetic", "ANN, moving data"],
        [
            .. estimates.Select(each => (IReadOnlyList<string>)
            [
                each.Name, Numbers.Count(each.Estimate.Snn.ArithmeticPicojoules), Numbers.Count(each.Estimate.Snn.MovementPicojoules),
                Numbers.Count(each.Estimate.Ann.ArithmeticPicojoules), Numbers.Count(each.Estimate.Ann.MovementPicojoules),
            ]),
        ]);
        var its = EnergyAssumptions.Horowitz;
        page.Raw("<details><summary>The assumptions</summary><ul>");
        foreach (var sentence in (string[])[its.Source,
            FormattableString.Invariant($"{its.PicojoulesPerMac} pJ a multiply-accumulate, {its.PicojoulesPerAccumulate} pJ an addition, {its.PicojoulesPerOnChipByte} pJ a byte on the chip, {its.PicojoulesPerDramByte} pJ a byte of DRAM"),
            .. its.Rules])
        {
            page.Raw($"<li>{Page.Escape(sentence)}</li>");
        }

        page.Raw("</ul></details>");
    }
}
