using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>How a network is brought to integers.</summary>
/// <param name="Bits">Of the weights, 2 to 16.</param>
/// <param name="LayerBits">Of the weights of single layers, by name; null for none.</param>
/// <param name="Images">
/// (image, channel, row, column) in [0, 1], on which the error of the currents is made small; none where every weight is rounded to the nearest.
/// </param>
public sealed record QuantiserSettings(int Bits, IReadOnlyDictionary<string, int>? LayerBits = null, ReadOnlyMemory<float> Images = default)
{
    /// <summary>Of a layer's weights.</summary>
    internal int BitsOf(string layer) => LayerBits?.TryGetValue(layer, out var bits) is true ? bits : Bits;

    /// <exception cref="BadInputException">Bits are out of range, a layer is none of the network's, or the images are none of its size.</exception>
    internal void Require(Network network)
    {
        RequireBits("bits", Bits);
        string[] layers = [.. network.Nodes.Where(node => node.Operation.IsConvolution || node.Operation.IsLinear).Select(node => node.Name)];
        foreach (var (layer, bits) in LayerBits ?? new Dictionary<string, int>())
        {
            if (!layers.Contains(layer, StringComparer.Ordinal))
            {
                throw new BadInputException($"bits of '{layer}': expected a convolution or linear layer of {network.Architecture}; "
                    + $"the nearest are {string.Join(", ", Spelling.nearest(layers, layer))}");
            }

            RequireBits($"bits of {layer}", bits);
        }

        if (Images.Length % network.Input.Count != 0)
        {
            throw new BadInputException($"calibration: expected whole images of {network.Input.Count} pixels ({network.Input}), found {Images.Length} pixels");
        }

        if (Images.Span.ContainsAnyExceptInRange(0f, 1f))
        {
            throw new BadInputException("calibration: expected pixels from 0 to 1, found others");
        }
    }

    private static void RequireBits(string what, int bits)
    {
        if (bits is < IntegerWeights.FewestBits or > IntegerWeights.MostBits)
        {
            throw new BadInputException($"{what}: expected {IntegerWeights.FewestBits} to {IntegerWeights.MostBits}, found {bits}");
        }
    }
}
