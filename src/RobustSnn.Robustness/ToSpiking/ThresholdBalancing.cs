using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.ToSpiking;

/// <param name="Timesteps">T_c, simulated steps.</param>
/// <param name="Percentile">Of the input currents, from 0 to 100.</param>
/// <param name="Loop">Which mini-batches a layer's threshold is taken over.</param>
public readonly record struct BalancingOptions(int Timesteps, double Percentile = 99.7, BalancingLoop Loop = BalancingLoop.EveryMiniBatch);

/// <summary>The threshold found for a neuron layer.</summary>
public readonly record struct LayerThreshold(string Layer, float Value);

/// <summary>
/// Threshold balancing (METHODS 6, step 2): layer by layer from the input, v_th becomes the largest of the mini-batches' percentiles
/// of the layer's input current, while the layers before fire with theirs. BatchNorm uses the statistics of the mini-batch.
/// </summary>
public static class ThresholdBalancing
{
    /// <summary>Sets every threshold of the network.</summary>
    /// <param name="miniBatches">Images (sample, channel, row, column) in [0,1], each of any number of samples.</param>
    /// <returns>In the order of the layers.</returns>
    /// <exception cref="BadInputException">No mini-batch, fewer than the loop takes, no steps, no percentile, or currents that are no numbers.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between the layers of a pass: thresholds are set up to some layer.</exception>
    public static IReadOnlyList<LayerThreshold> Run(
        SpikingModel model, IReadOnlyList<float[]> miniBatches, BalancingOptions options, CancellationToken cancellation = default)
    {
        var count = model.Network.Input.Count;
        Validate(miniBatches, options, count);
        NormalisedValues.Require(model, miniBatches.Min(images => images.Length) / count, options.Timesteps);
        using var plan = new Plan(model, miniBatches.Max(images => images.Length) / count, options.Timesteps, PassMode.BatchStatistics);
        var found = new List<LayerThreshold>();
        foreach (var (node, sources) in BalancingOrder.Of(model.Network, options.Loop, miniBatches.Count))
        {
            var threshold = 0f;
            foreach (var (measured, batch) in sources)
            {
                var images = miniBatches[batch];
                plan.Pixels.Upload(images);
                plan.ForwardToNeuron(measured, images.Length / count, cancellation);
                cancellation.ThrowIfCancellationRequested();
                threshold = Math.Max(threshold, Percentile(model.Backend, plan.Current(measured), options, images.Length / count));
            }

            var layer = model.Network.Nodes[node].Name;
            if (!float.IsFinite(threshold))
            {
                throw new BadInputException(
                    $"{layer}: the input current's percentile is {threshold}, expected a finite number. The network's weights are no use.");
            }

            model.Parameters[layer + ".v_th"].Value.Upload([threshold]);
            found.Add(new LayerThreshold(layer, threshold));
        }

        return found;
    }

    /// <summary>Multiplies every threshold (METHODS 6, step 3), down to 0.03 at least: the network will run for fewer steps than it was balanced for.</summary>
    /// <exception cref="BadInputException">A factor that is not above 0.</exception>
    public static void Scale(SpikingModel model, float factor)
    {
        if (!(factor > 0 && float.IsFinite(factor)))
        {
            throw new BadInputException($"The factor of the thresholds expects a number above 0, found {factor}. The papers use 0.3.");
        }

        foreach (var parameter in model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold))
        {
            model.Backend.Blend(parameter.Value, factor, 0, parameter.Value);
            model.Backend.ClampBelow(parameter.Value, SpikingModel.SmallestThreshold);
        }

    }

    /// <summary>Which of n values, ascending from 1, is the percentile: 1 + round(0.01·q·(n − 1)), half to even.</summary>
    public static long Rank(double percentile, long count) => 1 + (long)Math.Round(0.01 * percentile * (count - 1));

    private static float Percentile(IBackend backend, Activation current, BalancingOptions options, int samples)
    {
        var steps = current.Shape.Lanes.Steps;
        var repeats = options.Timesteps / steps;
        var rank = Rank(options.Percentile, (long)options.Timesteps * samples * current.Shape.Count);

        // A static current stands for T_c equal values: the k-th of those is the ⌈k/T_c⌉-th of these.
        return backend.KthSmallest(current, (rank + repeats - 1) / repeats, samples);
    }

    private static void Validate(IReadOnlyList<float[]> miniBatches, BalancingOptions options, int pixels)
    {
        if (options.Timesteps < 1 || options.Percentile is not (>= 0 and <= 100))
        {
            throw new BadInputException(
                $"Threshold balancing expects at least 1 step and a percentile from 0 to 100, found {options.Timesteps} and " +
                $"{options.Percentile}.");
        }

        if (miniBatches.Count == 0 || miniBatches.Any(images => images.Length == 0 || images.Length % pixels != 0))
        {
            throw new BadInputException(
                $"Threshold balancing expects at least one mini-batch, each of whole images of {pixels} values, found " +
                $"[{string.Join(", ", miniBatches.Select(images => images.Length))}] values.");
        }
    }
}
