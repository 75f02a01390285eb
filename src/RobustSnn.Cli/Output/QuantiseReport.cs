using RobustSnn.FixedPoint.Quantisation;

namespace RobustSnn.Cli.Output;

/// <summary>What quantising did.</summary>
/// <param name="Images">On which it was calibrated; 0 where weights were rounded to the nearest.</param>
/// <param name="Layers">Convolutions and linear layers.</param>
/// <param name="Others">Sums and layers of neurons.</param>
/// <param name="Connections">Weights that exist.</param>
/// <param name="WeightBytes">That they take in the file, with where they are; beside it in the checkpoint in floats.</param>
internal sealed record QuantiseReport(
    string Out, string Architecture, int Timesteps, int Images, IReadOnlyList<QuantisedLayer> Layers, IReadOnlyList<WideNode> Others,
    long Connections, long WeightBytes, long FloatWeightBytes)
{
    private const string Error = "0.###%";

    /// <summary>Writes it for a person.</summary>
    public void Write(Terminal terminal)
    {
        string calibration = Images > 0 ? $"calibrated on {Format.Count(Images)} training images" : "rounded to the nearest";
        terminal.Output.WriteLine($"{Architecture}, T = {Timesteps}, {calibration}");
        terminal.WriteTable(
            ["layer", "bits", "connections", "error of currents", "rounded to nearest", "channels beyond 16 bits"],
            [
                .. Layers.Select(layer => (IReadOnlyList<string>)
                [
                    layer.Name, Format.Count(layer.Bits), Format.Count(layer.Connections), Share(layer.Error), Share(layer.NearestError),
                    Wide(layer.WideChannels, layer.Channels),
                ]),
                .. Others.Select(other => (IReadOnlyList<string>)
                    [other.Name, Format.Missing, Format.Missing, Format.Missing, Format.Missing, Wide(other.WideChannels, other.Channels)]),
            ]);
        terminal.Output.WriteLine(
            $"{Out}: {Format.Count(Connections)} connections in {Format.Count(WeightBytes)} bytes, {PerConnection(WeightBytes)} each; "
            + $"in floats {Format.Count(FloatWeightBytes)}, {PerConnection(FloatWeightBytes)} each");
    }

    private static string Share(double? error) => error is { } share ? Format.Number(share, Error) : Format.Missing;

    private static string Wide(int wide, int channels) => $"{Format.Count(wide)} of {Format.Count(channels)}";

    private string PerConnection(long bytes) => Format.Number((double)bytes / Math.Max(Connections, 1), "0.00");
}
