using RobustSnn.Robustness.Energy;

namespace RobustSnn.Cli.Output;

/// <summary>A network in integers beside the one in floats that it came from, on the same images.</summary>
/// <param name="Bits">Of its weights.</param>
/// <param name="Attacked">Null where no attack was asked for, as is its estimate.</param>
/// <param name="Connections">Weights that exist.</param>
/// <param name="BytesPerConnection">That a pass of the program reads, for each of them: its weight or digits, its column, and its share of where sums begin.</param>
/// <param name="FloatsOverThis">Arithmetic picojoules in floats, in multiples of those in integers, clean.</param>
internal sealed record FixedPointEnergy(
    int Bits, EnergyResult Clean, EnergyResult? Attacked, IntegerEstimate Estimate, IntegerEstimate? EstimateAttacked, long Connections, double BytesPerConnection,
    double FloatsOverThis);

/// <summary>What a person sees of a network in integers.</summary>
internal static class FixedPointEnergyReport
{
    private const double PicojoulesInMicrojoule = 1e6;

    /// <param name="attack">The attack's name; null for none.</param>
    public static void Write(Terminal terminal, FixedPointEnergy integers, EnergyResult floats, EnergyEstimate estimate, string? attack)
    {
        terminal.Output.WriteLine(
            $"in integers, weights of {integers.Bits} bits: accuracy {Format.Percent(integers.Clean.Accuracy)} ({Format.Percent(floats.Accuracy)} in floats), "
            + $"{Format.Count(integers.Clean.SpikesPerImage)} spikes and {Format.Count(integers.Clean.Operations)} synaptic operations an image "
            + $"({Format.Count(floats.Operations)} in floats)"
            + (integers.Attacked is { } under ? $"; under {attack} accuracy {Format.Percent(under.Accuracy)}, {Format.Count(under.Operations)} operations" : ""));
        terminal.WriteTable(
            ["layer", "reads", "bits of weights", "bits of sums", "additions an image", "multiplications an image"],
            [
                .. integers.Estimate.Layers.Select(layer => (IReadOnlyList<string>)
                [
                    layer.Layer, layer.ReadsImage ? "the image" : layer.WeightBits > 0 ? "spikes" : "two values",
                    layer.WeightBits > 0 ? Format.Count(layer.WeightBits) : Format.Missing, Format.Count(layer.SumBits), Format.Count(layer.Additions),
                    Format.Count(layer.Multiplications),
                ]),
            ]);
        IntegerEstimate its = integers.Estimate;
        terminal.WriteTable(
            ["an image", "additions", "multiplications", "arithmetic, µJ"],
            [
                ["in floats", Format.Count(estimate.Snn.Accumulates + estimate.Snn.Macs), Format.Count(estimate.Snn.Macs), Microjoules(estimate.Snn.ArithmeticPicojoules)],
                Row("in integers, sums as wide as proved", its, its.Picojoules),
                Row("all additions of 8 bits", its, its.PicojoulesAt8),
                Row("all additions of 16 bits", its, its.PicojoulesAt16),
                Row("all additions of 32 bits", its, its.PicojoulesAt32),
                .. integers.EstimateAttacked is { } attacked ? (IReadOnlyList<string>[])[Row($"in integers under {attack}", attacked, attacked.Picojoules)] : [],
            ]);
        terminal.Output.WriteLine(
            $"floats over integers: arithmetic {Format.Number(integers.FloatsOverThis, "0.00")}; memory: {Format.Count(integers.Connections)} connections of "
            + $"{Format.Number(integers.BytesPerConnection, "0.00")} bytes, as this program reads them here");
        IntegerPrices prices = its.Prices;
        terminal.Output.WriteLine(
            $"prices: an addition {Number(prices.PicojoulesPerAdd8)} pJ of 8 bits, {Number(prices.PicojoulesPerAdd16)} of 16, {Number(prices.PicojoulesPerAdd32)} of 32; a "
            + $"multiplication {Number(prices.PicojoulesPerMultiply8)} pJ of 8 bits, {Number(prices.PicojoulesPerMultiply32)} of 32 ({prices.Source})");
        foreach (string rule in prices.Rules)
        {
            terminal.Output.WriteLine(rule);
        }
    }

    private static IReadOnlyList<string> Row(string name, IntegerEstimate estimate, double picojoules) =>
        [name, Format.Count(estimate.Additions), Format.Count(estimate.Multiplications), Microjoules(picojoules)];

    private static string Microjoules(double picojoules) => Format.Number(picojoules / PicojoulesInMicrojoule, "0.0000");

    private static string Number(double value) => Format.Number(value, "0.0##");
}
