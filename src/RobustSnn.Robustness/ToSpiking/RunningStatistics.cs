using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.ToSpiking;

/// <summary>BatchNorm's running statistics, which conversion resets (METHODS 6, step 4).</summary>
public static class RunningStatistics
{
    /// <summary>Passes after which what was there before counts for half a percent: 0.9^50.</summary>
    private const int Passes = 50;

    /// <summary>Whether the network has running statistics and all are as reset: means 0, variances 1. It cannot be evaluated then.</summary>
    public static bool AreReset(SpikingModel model)
    {
        var statistics = model.Parameters.All.Where(parameter => !parameter.Specification.Trainable).ToArray();
        return statistics.Length > 0 && Array.TrueForAll(statistics, parameter =>
            Array.TrueForAll(parameter.Value.ToArray(), value => value == (parameter.Specification.Kind.IsRunningVariance ? 1 : 0)));
    }

    /// <summary>Refuses a network that cannot be evaluated.</summary>
    /// <param name="name">What messages call it: its file.</param>
    /// <exception cref="BadInputException">The network's BatchNorm statistics are those that conversion leaves: none.</exception>
    public static void RequireEstimated(string name, SpikingModel model)
    {
        if (AreReset(model))
        {
            throw new BadInputException(
                $"{name}: expected a trained network, found one whose BatchNorm statistics conversion has reset; finetuning estimates "
                + "them. Evaluate the finetuned checkpoint; the run's own table has a row for the network as converted");
        }
    }

    /// <summary>Sets running means to 0 and variances to 1.</summary>
    public static void Reset(SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All.Where(each => !each.Specification.Trainable))
        {
            model.Backend.Fill(parameter.Value, parameter.Specification.Kind.IsRunningVariance ? 1 : 0);
        }

    }

    /// <summary>
    /// Estimates them without training anything else: passes over the batches with the batch's statistics and without dropout, as the network
    /// will be evaluated, again and again until their number makes what was there before negligible.
    /// </summary>
    /// <param name="miniBatches">Images (sample, channel, row, column) in [0,1]; at least one batch.</param>
    /// <exception cref="BadInputException">A batch has one value a channel: no variance.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between the layers of a pass.</exception>
    public static void Estimate(
        SpikingModel model, int timesteps, IReadOnlyList<float[]> miniBatches, CancellationToken cancellation = default)
    {
        var pixels = model.PixelCount;
        NormalisedValues.Require(model, miniBatches.Min(images => images.Length) / pixels, timesteps);
        using var plan = new Plan(model, miniBatches.Max(images => images.Length) / pixels, timesteps, PassMode.BatchStatistics);
        for (var i = 0; i < Math.Max(Passes, miniBatches.Count); i++)
        {
            var images = miniBatches[i % miniBatches.Count];
            plan.Pixels.Upload(images);
            plan.Forward(images.Length / pixels, cancellation: cancellation);
            plan.UpdateStatistics();
        }
    }
}
