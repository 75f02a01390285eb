using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>How often each layer fires, clean and under attack, and what pruning kept of it (P2's figure B1).</summary>
internal static class LayersSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("layers", "Layers");
        var rates = data.Families.SelectMany(family => Rates(family.Runs[0], data.Runs.Count > 1 ? $"{family.Name}: " : "")).ToArray();
        if (rates.Length > 0)
        {
            page.Draw(new Chart("Spike rate by layer: spikes a neuron and timestep", "layer of neurons", "spike rate", rates, IsPercent: true, IsBars: true));
        }
        else
        {
            page.Missing("Spike rates were not kept: no spiking network was evaluated, or an older program did it.", $"rsnn energy {data.Runs[0].Folder}/finetuned-snn.safetensors --attack pgd10");
        }

        if (data.Runs.All(run => run.Results.Energy.All(energy => energy.Measured.Attacked is null)))
        {
            page.Missing("Spike rates under attack were not counted.", "rsnn run … --set energy.attack=pgd10");
        }

        var kept = data.Families.Where(family => family.Runs[0].Results.Layers.Count > 0).Select(family => new Series(
            data.Runs.Count > 1 ? family.Name : "kept", [.. family.Runs[0].Results.Layers.Select(layer => (object)layer.Name)],
            [.. family.Runs[0].Results.Layers.Select(layer => (double?)layer.Kept / layer.Total)])).ToArray();
        if (kept.Length > 0)
        {
            page.Draw(new Chart("Share of each layer's weights that pruning kept", "layer", "kept", kept, IsPercent: true, IsBars: true));
        }
        else
        {
            page.Missing("Nothing was pruned.", "rsnn run … --set prune.sparsity=0.9");
        }

        page.EndSection();
    }

    private static IEnumerable<Series> Rates(ReportedRun run, string before)
    {
        foreach (var row in run.Results.Rows)
        {
            var energy = run.Results.Energy.FirstOrDefault(each => each.Network == row.Network)?.Measured;
            if (row.Activity.Count > 0)
            {
                yield return new Series($"{before}{row.Network}", [.. row.Activity.Select(layer => (object)layer.Layer)], [.. row.Activity.Select(layer => (double?)layer.SpikeRate)]);
            }
            else if (energy is not null)
            {
                yield return Rates($"{before}{row.Network}", energy.Clean);
            }

            if (energy?.Attacked is { } attacked)
            {
                yield return Rates($"{before}{row.Network}, under {energy.Attack}", attacked);
            }
        }
    }

    private static Series Rates(string name, Robustness.Energy.EnergyResult energy) =>
        new(name, [.. energy.Neurons.Select(layer => (object)layer.Layer)], [.. energy.Neurons.Select(layer => (double?)layer.SpikeRate)]);
}
