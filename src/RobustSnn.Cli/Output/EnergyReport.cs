using RobustSnn.Experiments.Runs;
using RobustSnn.Robustness.Energy;

namespace RobustSnn.Cli.Output;

/// <summary>Another network beside the one that was asked about.</summary>
/// <param name="Clean">On the same images.</param>
/// <param name="EnergyOverThis">Its energy by equation 12, in multiples of that one's: P2's Table 3, where it is the dense SNN.</param>
internal sealed record EnergyComparison(string Checkpoint, EnergyResult Clean, double EnergyOverThis);

/// <summary>All that <c>rsnn energy</c> finds.</summary>
/// <param name="Attacked">On the same images under attack; null where none was asked for, as are its name, its radius and its estimate.</param>
/// <param name="FixedPoint">Of the network in integers; null where it was not asked for.</param>
/// <param name="Measured">What the device took; null where it was not measured.</param>
/// <param name="WhyNotMeasured">Why; null where it was.</param>
internal sealed record EnergyDocument(
    EnergyResult Clean, string? Attack, string? Epsilon, EnergyResult? Attacked, EnergyEstimate Estimate, EnergyEstimate? EstimateAttacked,
    StoredMemory Memory, EnergyComparison? Against, FixedPointEnergy? FixedPoint, MeasuredEnergy? Measured, string? WhyNotMeasured);

/// <summary>What a person sees of a network's energy and memory.</summary>
internal static class EnergyReport
{
    private const double PicojoulesInMicrojoule = 1e6;
    private const double MillijoulesInJoule = 1e3;

    public static void Write(Terminal terminal, EnergyDocument found)
    {
        EnergyResult clean = found.Clean;
        terminal.Output.WriteLine($"{Format.Count(clean.Samples)} images, T = {clean.Timesteps}, accuracy {Format.Percent(clean.Accuracy)}"
            + (found.Attacked is { } attacked ? $", under {Attack(found)} {Format.Percent(attacked.Accuracy)}" : ""));
        WriteNeurons(terminal, found);
        terminal.Output.WriteLine();
        WriteLayers(terminal, found);
        terminal.Output.WriteLine();
        WriteTotals(terminal, found);
        terminal.Output.WriteLine();
        WriteEstimates(terminal, found);
        if (found.FixedPoint is { } integers)
        {
            terminal.Output.WriteLine();
            FixedPointEnergyReport.Write(terminal, integers, found.Clean, found.Estimate, found.Attack);
        }

        terminal.Output.WriteLine();
        WriteMeasured(terminal, found);
    }

    private static string Attack(EnergyDocument found) => $"{found.Attack} at ε = {found.Epsilon}";

    /// <summary>Spikes and equation 12, by layer of neurons.</summary>
    private static void WriteNeurons(Terminal terminal, EnergyDocument found)
    {
        string[] attacked = found.Attacked is null ? [] : ["rate attacked", "operations attacked"];
        terminal.WriteTable(
            ["neurons", "count", "spikes an image", "spike rate", "connections", "operations an image", "dense over this", "by rates", .. attacked],
            [
                .. found.Clean.Neurons.Select((layer, i) => (IReadOnlyList<string>)
                [
                    layer.Layer, Format.Count(layer.Neurons), Format.Count(layer.SpikesPerImage), Format.Percent(layer.SpikeRate),
                    Format.Count(layer.Connections), Format.Count(layer.Operations), Ratio(layer.DenseOperations, layer.Operations),
                    Share(layer.OperationsByRate, layer.Operations),
                    .. found.Attacked is { } under ? (string[])[Format.Percent(under.Neurons[i].SpikeRate), Format.Count(under.Neurons[i].Operations)] : [],
                ]),
                [
                    "all", Format.Count(found.Clean.Neurons.Sum(layer => (double)layer.Neurons)), Format.Count(found.Clean.SpikesPerImage),
                    Format.Percent(found.Clean.SpikeRate), Format.Count(found.Clean.Neurons.Sum(layer => layer.Connections)),
                    Format.Count(found.Clean.Operations), Ratio(found.Clean.DenseOperations, found.Clean.Operations),
                    Share(found.Clean.OperationsByRate, found.Clean.Operations),
                    .. found.Attacked is { } all ? (string[])[Format.Percent(all.SpikeRate), Format.Count(all.Operations)] : [],
                ],
            ]);
    }

    /// <summary>What is stored and computed, by layer of weights.</summary>
    private static void WriteLayers(Terminal terminal, EnergyDocument found)
    {
        StoredMemory memory = found.Memory;
        var weights = memory.Parameters.Where(each => each.IsWeight).ToDictionary(each => each.Layer);
        StoredParameter[] others = [.. memory.Parameters.Where(each => !each.IsWeight)];
        terminal.WriteTable(
            ["layer", "reads", "weights", "kept", "bytes stored", "bytes dense", "multiplies as ANN", "accumulates as SNN"],
            [
                .. found.Clean.Layers.Select(layer => (IReadOnlyList<string>)
                [
                    layer.Layer, layer.ReadsImage ? "the image" : "spikes", Format.Count(layer.WeightsKept), Share(layer.WeightsKept, layer.Weights),
                    Format.Count(weights[layer.Layer].Bytes), Format.Count(weights[layer.Layer].DenseBytes), Format.Count(layer.Connections),
                    layer.ReadsImage ? Format.Missing : Format.Count(layer.Operations),
                ]),
                [
                    "other parameters", "", Format.Missing, Format.Missing, Format.Count(others.Sum(each => (double)each.Bytes)),
                    Format.Count(others.Sum(each => (double)each.DenseBytes)), Format.Missing, Format.Missing,
                ],
                [
                    "all", "", Format.Count(memory.Weights), Share(memory.Weights, memory.DenseWeights), Format.Count(memory.Bytes),
                    Format.Count(memory.DenseBytes), Format.Count(found.Clean.Layers.Sum(layer => (double)layer.Connections)),
                    Format.Count(found.Clean.Operations),
                ],
            ]);
    }

    private static void WriteTotals(Terminal terminal, EnergyDocument found)
    {
        EnergyResult clean = found.Clean;
        terminal.Output.WriteLine(
            $"equation 12, counted: {Format.Count(clean.Operations)} synaptic operations an image; the same spikes with nothing pruned "
            + $"{Format.Count(clean.DenseOperations)}, {Ratio(clean.DenseOperations, clean.Operations)} times as many");
        terminal.Output.WriteLine(
            $"mean rates times connections would say {Format.Count(clean.OperationsByRate)}: off by {Signed(clean.RateDeviationPercent)} %");
        double inSums = clean.Sums.Sum(sum => sum.Accumulates);
        if (inSums > 0)
        {
            terminal.Output.WriteLine($"beside equation 12: {Format.Count(inSums)} accumulates an image in weighted sums");
        }

        if (found.Attacked is { } attacked)
        {
            terminal.Output.WriteLine(
                $"under {Attack(found)}: {Format.Count(attacked.SpikesPerImage)} spikes and {Format.Count(attacked.Operations)} operations an image, "
                + $"{Ratio(attacked.Operations, clean.Operations)} times as many as clean");
        }

        if (found.Against is { } other)
        {
            terminal.Output.WriteLine(
                $"{other.Checkpoint} at T = {other.Clean.Timesteps}: {Format.Count(other.Clean.SpikesPerImage)} spikes and "
                + $"{Format.Count(other.Clean.Operations)} operations an image, {Ratio(other.Clean.Operations, clean.Operations)} times this network's");
        }
    }

    private static void WriteEstimates(Terminal terminal, EnergyDocument found)
    {
        EnergyEstimate clean = found.Estimate;
        terminal.Output.WriteLine("estimated from here on, under assumptions; nothing of it is measured");
        terminal.WriteTable(
            ["an image", "multiply-accumulates", "accumulates", "arithmetic, µJ", "bytes moved on chip", "bytes from DRAM", "movement, µJ"],
            [
                Row("SNN", clean.Snn),
                Row("SNN, image layers at every step", clean.SnnImageEveryStep),
                .. found.EstimateAttacked is { } attacked ? (IReadOnlyList<string>[])[Row($"SNN under {found.Attack}", attacked.Snn)] : [],
                Row("same network as ANN", clean.Ann),
            ]);
        terminal.Output.WriteLine(
            $"ANN over SNN: arithmetic {Ratio(clean.Ann.ArithmeticPicojoules, clean.Snn.ArithmeticPicojoules)}, "
            + $"movement {Ratio(clean.Ann.MovementPicojoules, clean.Snn.MovementPicojoules)}");
        EnergyAssumptions its = clean.Assumptions;
        terminal.Output.WriteLine(
            $"prices: {Format.Number(its.PicojoulesPerMac, "0.0##")} pJ a multiply-accumulate, {Format.Number(its.PicojoulesPerAccumulate, "0.0##")} pJ an "
            + $"accumulate, {Format.Number(its.PicojoulesPerOnChipByte, "0.0##")} pJ a byte on the chip, {Format.Number(its.PicojoulesPerDramByte, "0.0##")} pJ a byte "
            + $"of DRAM; values of {its.BytesPerValue} bytes, indices of {its.BytesPerIndex} ({its.Source})");
        foreach (string rule in its.Rules)
        {
            terminal.Output.WriteLine(rule);
        }
    }

    private static void WriteMeasured(Terminal terminal, EnergyDocument found)
    {
        if (found.Measured is not { } measured)
        {
            terminal.Output.WriteLine($"what the device takes was not measured: {found.WhyNotMeasured}");
            return;
        }

        LoadEnergy first = measured.Networks[0];
        terminal.Output.WriteLine(
            $"measured by the counter of {measured.Device}, {measured.Batch} images again and again: the {Format.Number(measured.IdleWatts, "0.0")} W of the idle device "
            + "are subtracted from joules an image, those of everybody else who uses it meanwhile are not");
        terminal.WriteTable(
            ["network", "T", "images a second", "W under load", "mJ an image", "±", "over the first"],
            [
                .. measured.Networks.Select(network => (IReadOnlyList<string>)
                [
                    network.Network, Format.Count(network.Timesteps), Format.Count(network.ImagesPerSecond), Format.Number(network.Watts, "0.0"),
                    Millijoules(network.Joules), double.IsFinite(network.Deviation) ? Millijoules(network.Deviation) : Format.Missing, Ratio(network.Joules, first.Joules),
                ]),
            ]);
        terminal.Output.WriteLine($"± is the standard deviation of {first.Repeats.Count} repeats");
    }

    private static string Millijoules(double joules) => Format.Number(joules * MillijoulesInJoule, "0.000");

    private static IReadOnlyList<string> Row(string name, EstimatedCost cost) =>
    [
        name, Format.Count(cost.Macs), Format.Count(cost.Accumulates), Microjoules(cost.ArithmeticPicojoules), Format.Count(cost.Moved.OnChip),
        Format.Count(cost.Moved.FromDram), Microjoules(cost.MovementPicojoules),
    ];

    private static string Microjoules(double picojoules) => Format.Number(picojoules / PicojoulesInMicrojoule, "0.000");

    private static string Ratio(double value, double of) => of > 0 ? Format.Number(value / of, "0.00") : Format.Missing;

    private static string Share(double value, double of) => of > 0 ? Format.Percent(value / of) : Format.Missing;

    private static string Signed(double percent) => double.IsFinite(percent) ? Format.Number(percent, "+0.0;-0.0;0.0") : Format.Missing;
}
