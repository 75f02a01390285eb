using System.Collections.Immutable;
using System.Diagnostics;
using RobustSnn.Engine;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a network of a run costs (METHODS 9): equation 12, counted, and what its checkpoint stores.</summary>
/// <param name="Network">As the final table calls it.</param>
public sealed record NetworkEnergy(string Network, EnergyMeasurement Measured, StoredMemory Memory);

/// <summary>What the spikes of every spiking network in the final table cost, on test images. One network after the other is saved.</summary>
internal sealed class EnergyStage(RunContext context, EnergySettings settings)
{
    public const string Name = "energy";

    /// <exception cref="BadInputException">More images than the evaluation has.</exception>
    public static void Check(EnergySettings settings, RunData data)
    {
        if (settings.Samples > data.Test.Length)
        {
            throw new BadInputException($"energy.samples: expected at most the {data.Test.Length} images of the evaluation, found {settings.Samples}");
        }
    }

    public string Run()
    {
        var networks = new EvaluatedNetworks(context.Settings).Rows.Where(row => !row.Stage.IsOfAnn()).ToArray();
        if (networks.Length == 0)
        {
            context.Observer.StageStarting(Name, "nothing: no spiking network is in the final table");
            return "nothing counted";
        }

        var images = Images();
        context.Observer.StageStarting(Name, $"spikes times connections, {images.Length:N0} test images"
            + (settings.Attack is { } attack ? $", clean and under {attack.Name}" : ""));
        foreach (var (network, stage) in networks.Where(row => context.Energies.All(each => each.Network != row.Network)))
        {
            if (Measure(network, stage, images) is { } measured)
            {
                context.Add(measured);
            }
        }

        return context.Energies.Count == 0 ? "nothing counted" : string.Join("; ", context.Energies.Select(each =>
            $"{each.Network}: {each.Measured.Clean.Operations:N0} operations an image"
                + (double.IsFinite(each.Measured.Clean.DenseOverThis)
                    ? $", {each.Measured.Clean.DenseOverThis:F2} times fewer than with nothing pruned"
                    : ": no neuron fires")));
    }

    /// <summary>Null for a network of which equation 12 says nothing: the run has come to its end all the same, and warns.</summary>
    private NetworkEnergy? Measure(string network, Stage stage, ImmutableArray<int> images)
    {
        using var model = context.Left(stage);
        EstimateStatistics(model);
        var evaluate = context.Settings.Evaluate;
        var options = new EvaluationOptions(
            context.Settings.Network.Timesteps, Math.Min(evaluate.BatchSize, images.Length), context.Settings.Seed);
        if (EnergyAccount.WhyNot(model) is { } reason)
        {
            context.Warn($"energy: {network} is not counted. {reason}");
            return null;
        }

        using var account = new EnergyAccount(model, options);
        AttackInBudget? attack = settings.Attack is { } name
            ? new AttackInBudget(AttackCatalogue.Parse(name.Name), evaluate.Epsilon[0].Value)
            : null;
        var clock = Stopwatch.StartNew();
        var measured = account.Run(new ImageSamples(context.Data.Set.Test, images), attack,
            new Reporter(progress => Report(network, progress, clock.Elapsed)), context.Cancellation);
        return new NetworkEnergy(network, measured, StoredMemory.Of(model));
    }

    /// <summary>As the evaluation does for a network whose statistics conversion has reset.</summary>
    private void EstimateStatistics(SpikingModel model)
    {
        if (RunningStatistics.AreReset(model))
        {
            RunningStatistics.Estimate(model, context.Settings.Network.Timesteps, EvaluationStage.EstimationImages(context), context.Cancellation);
        }
    }

    /// <summary>As many as are asked for, spread evenly over those of the evaluation, which may lie class by class.</summary>
    private ImmutableArray<int> Images()
    {
        var test = context.Data.Test;
        var count = settings.Samples ?? test.Length;
        return [.. Enumerable.Range(0, count).Select(i => test[(int)((long)i * test.Length / count)])];
    }

    private void Report(string network, EvaluationProgress progress, TimeSpan elapsed)
    {
        var perSecond = progress.SamplesDone / Math.Max(elapsed.TotalSeconds, 1e-9);
        context.Observer.Progress(new StageProgress(Name, 0, 0, progress.SamplesDone, progress.Samples, perSecond,
            TimeSpan.FromSeconds((progress.Samples - progress.SamplesDone) / Math.Max(perSecond, 1e-9)), network));
    }
}
