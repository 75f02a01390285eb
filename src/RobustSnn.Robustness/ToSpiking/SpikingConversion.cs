using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.ToSpiking;

/// <param name="ThresholdScale">Factor of the balanced thresholds.</param>
public readonly record struct ConversionOptions(BalancingOptions Balancing, float ThresholdScale);

/// <summary>A converted network and the thresholds that balancing found, before they were scaled.</summary>
public sealed record ConvertedModel(SpikingModel Model, IReadOnlyList<LayerThreshold> Thresholds);

/// <summary>ANN to SNN (METHODS 6). The ANN stays as it was.</summary>
public static class SpikingConversion
{
    /// <summary>Copies what both have, balances and scales the thresholds, and resets BatchNorm's running statistics.</summary>
    /// <param name="ann">Trained, and pruned or not.</param>
    /// <param name="miniBatches">Training images for balancing; see <see cref="ThresholdBalancing.Run"/>.</param>
    /// <exception cref="BadInputException">The network spikes already, has parameters that are no numbers, or as balancing.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ConvertedModel Convert(
        SpikingModel ann, NeuronModel neurons, IReadOnlyList<float[]> miniBatches, ConversionOptions options,
        CancellationToken cancellation = default)
    {
        var snn = CopyFrom(ann, neurons);
        try
        {
            var thresholds = ThresholdBalancing.Run(snn, miniBatches, options.Balancing, cancellation);
            ThresholdBalancing.Scale(snn, options.ThresholdScale);
            return new ConvertedModel(snn, thresholds);
        }
        catch
        {
            snn.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="Convert"/>, with that threshold throughout: the networks that are trained from end to end (METHODS 5).</summary>
    /// <exception cref="BadInputException">The network spikes already, or has parameters that are no numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A threshold below <see cref="SpikingModel.SmallestThreshold"/>.</exception>
    public static SpikingModel WithThreshold(SpikingModel ann, NeuronModel neurons, float threshold)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, SpikingModel.SmallestThreshold);
        var snn = CopyFrom(ann, neurons);
        foreach (var parameter in snn.Parameters.All.Where(each => each.Specification.Kind.IsThreshold))
        {
            snn.Backend.Fill(parameter.Value, threshold);
        }

        return snn;
    }

    private static void RequireConvertible(SpikingModel ann)
    {
        if (!Graph.neurons(ann.Network).IsEmpty)
        {
            throw new BadInputException($"The network {ann.Network.Architecture} spikes already. Convert the ANN that it was made from.");
        }

        foreach (var parameter in ann.Parameters.All)
        {
            if (Array.FindIndex(parameter.ToDense(), value => !float.IsFinite(value)) is var index and >= 0)
            {
                throw new BadInputException(
                    $"Value {index} of {parameter.Name} is not finite, expected numbers. The ANN's training has diverged; " +
                    "convert another.");
            }
        }
    }

    /// <summary>A spiking network with the ANN's weights, which of them exist, BatchNorm scales and shifts; biases 0, running statistics reset.</summary>
    private static SpikingModel CopyFrom(SpikingModel ann, NeuronModel neurons)
    {
        RequireConvertible(ann);
        var snn = new SpikingModel(Conversion.toSpiking(neurons, ann.Network), ann.Backend);
        var known = ann.Parameters.All.ToDictionary(each => each.Name);
        foreach (var parameter in snn.Parameters.All)
        {
            // New ones, biases and thresholds, start as a new model has them: 0 and 1.
            if (!known.TryGetValue(parameter.Name, out var source))
            {
                continue;
            }

            if (source.Pattern is not null)
            {
                snn.Parameters.Prune(parameter.Name, source.Pattern);
            }

            snn.Backend.Copy(source.Value, parameter.Value, source.Value.Length);
        }

        RunningStatistics.Reset(snn);
        return snn;
    }
}
