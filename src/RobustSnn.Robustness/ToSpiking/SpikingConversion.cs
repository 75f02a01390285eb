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
        if (!Graph.neurons(ann.Network).IsEmpty)
        {
            throw new BadInputException($"The network {ann.Network.Architecture} spikes already. Convert the ANN that it was made from.");
        }

        RequireNumbers(ann);
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

    private static void RequireNumbers(SpikingModel ann)
    {
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
