using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Experiments.Runs;

/// <summary>From the ANN to an SNN (METHODS 6): thresholds balanced on training images, or all the same, as the baselines have them.</summary>
internal sealed class ConvertStage(RunContext context)
{
    private readonly ConvertSettings settings = context.Settings.Convert;
    private readonly NeuronModel neurons = context.Settings.Network.Neurons;

    public string Run()
    {
        using var ann = context.Load(Stage.Convert);
        return settings.Threshold is { } threshold ? WithThreshold(ann, threshold) : Balanced(ann);
    }

    private string WithThreshold(SpikingModel ann, double threshold)
    {
        context.Observer.StageStarting(Stage.Convert.Name(), $"thresholds {threshold} throughout, nothing is balanced");
        using var snn = SpikingConversion.WithThreshold(ann, neurons, (float)threshold);
        Finish(snn);
        return $"thresholds {threshold}";
    }

    private string Balanced(SpikingModel ann)
    {
        var batches = RunBatches.Of(context, (uint)Stage.Convert, settings.BatchSize, settings.BatchCount);
        var bytes = BalancingBytes(ann, batches[0].Length / ann.PixelCount);
        context.Observer.StageStarting(Stage.Convert.Name(),
            $"threshold balancing over {batches.Count} batches of {settings.BatchSize}, {settings.Timesteps} steps; {bytes / 1e6:N0} MB of memory");
        var converted = SpikingConversion.Convert(ann, neurons, batches,
            new ConversionOptions(new BalancingOptions(settings.Timesteps, settings.Percentile), (float)settings.Scale), context.Cancellation);
        using var snn = converted.Model;
        Finish(snn);
        return "thresholds " + string.Join(", ", converted.Thresholds.Select(threshold => $"{threshold.Value * settings.Scale:F2}"));
    }

    private void Finish(SpikingModel snn)
    {
        context.Finish(Stage.Convert, snn, context.Settings.Network.Timesteps);
        context.Events.Add(Stage.Convert, 0, sheet => TrainingSights.Thresholds(sheet, Stage.Convert, snn));
    }

    private long BalancingBytes(SpikingModel ann, int batch)
    {
        using var snn = new SpikingModel(Conversion.toSpiking(neurons, ann.Network), context.Backend);
        return Plan.Measure(snn, batch, settings.Timesteps, PassMode.BatchStatistics).Total;
    }
}
