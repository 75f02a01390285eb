using RobustSnn.FixedPoint;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Energy;

/// <summary>What a layer of weights, or a sum, does with integers for an image.</summary>
/// <param name="WeightBits">Of the weights; 0 of a sum, which has none.</param>
/// <param name="SumBits">8, 16 or 32: what its sums are proved to stay within.</param>
public sealed record IntegerWork(string Layer, bool ReadsImage, int WeightBits, int SumBits, double Additions, double Multiplications);

/// <summary>
/// Picojoules of a network in integers for an image, under assumptions: additions counted as by equation 12, multiplications apart. Of arithmetic alone.
/// </summary>
/// <param name="Picojoules">Every addition as wide as its layer's sums.</param>
/// <param name="PicojoulesAt8">Were all additions of 8 bits, as the others of 16 and 32.</param>
public sealed record IntegerEstimate(
    IntegerPrices Prices, IReadOnlyList<IntegerWork> Layers, double Picojoules, double PicojoulesAt8, double PicojoulesAt16, double PicojoulesAt32)
{
    public double Additions => Layers.Sum(layer => layer.Additions);

    public double Multiplications => Layers.Sum(layer => layer.Multiplications);

    /// <summary>Prices what was counted of a network in integers.</summary>
    /// <param name="result">Of <see cref="EnergyAccount"/> on that network.</param>
    public static IntegerEstimate Of(EnergyResult result, FixedPointNetwork network, IntegerPrices prices)
    {
        var nodes = network.Network.Nodes.Index().ToDictionary(each => each.Item.Name, each => each.Index);
        IntegerWork[] layers =
        [
            .. result.Layers.Select(layer => Layer(layer, nodes[layer.Layer], network)),
            .. result.Sums.Select(sum => new IntegerWork(sum.Layer, false, 0, Width(network, nodes[sum.Layer]), sum.Accumulates, sum.Accumulates)),
        ];
        return new IntegerEstimate(prices, layers, Price(layer => layer.SumBits), Price(_ => 8), Price(_ => 16), Price(_ => 32));

        double Price(Func<IntegerWork, int> width) => layers.Sum(layer => layer.Additions * prices.Add(width(layer))
            + layer.Multiplications * (layer.WeightBits > 0 ? prices.Multiply(layer.WeightBits) : prices.PicojoulesPerMultiply32));
    }

    private static IntegerWork Layer(WeightLayerEnergy layer, int node, FixedPointNetwork network) => new(
        layer.Layer, layer.ReadsImage, network.Weights[node].Bits, Width(network, node),
        layer.ReadsImage ? layer.Connections : layer.Operations, layer.ReadsImage ? layer.Connections : 0);

    /// <summary>Of the sums of all channels, half-way ones included: what is added up so far lies between 0 and where all may end.</summary>
    private static int Width(FixedPointNetwork network, int node)
    {
        var ranges = network.Bounds.Currents(node).Select(range => range.WithZero).ToArray();
        return Array.TrueForAll(ranges, range => range is { Low: >= sbyte.MinValue, High: <= sbyte.MaxValue }) ? 8
            : Array.TrueForAll(ranges, range => range.Fits16) ? 16 : 32;
    }
}
