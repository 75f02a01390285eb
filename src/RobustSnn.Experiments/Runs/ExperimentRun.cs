using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// An experiment from images to the final table: its stages in their order, by default pretrain, prune, finetune the ANN, convert, finetune
/// the SNN (METHODS 4 to 7), then the evaluation (METHODS 8) and what spikes cost (METHODS 9). Every stage reads the checkpoint of the one before and writes its own, so that
/// a run broken off anywhere goes on as if it had not been.
/// </summary>
public static class ExperimentRun
{
    /// <param name="folder">Where artefacts go; made if it is not there.</param>
    /// <param name="resume">Whether a run that is there may be gone on with.</param>
    /// <exception cref="BadInputException">Settings, data, folder or the network to begin with cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">Loss, parameters or momenta are no finite numbers any more.</exception>
    /// <exception cref="OperationCanceledException">Interrupted: resuming loses at most the epoch, or the row of the table, in progress.</exception>
    public static RunResults Run(
        ExperimentSettings settings, string folder, bool resume, IBackend backend, IRunObserver observer, CancellationToken cancellation) =>
        Run(settings, folder, resume, [], backend, observer, cancellation);

    /// <summary>As above; stages that one of other runs has done with the same settings are taken from it.</summary>
    /// <param name="others">Folders of other runs.</param>
    internal static RunResults Run(
        ExperimentSettings settings, string folder, bool resume, IReadOnlyList<string> others, IBackend backend, IRunObserver observer,
        CancellationToken cancellation)
    {
        if (!resume && File.Exists(RunFolder.ExperimentFile(folder)))
        {
            throw new BadInputException($"{folder}: a run is there already. Go on with it by --resume, or give another folder by --out");
        }

        var data = RunData.Open(settings.Data, settings.Evaluate.Samples, settings.Seed, cancellation);
        if (settings.Energy is not null)
        {
            EnergyStage.Check(settings.Energy, data);
        }

        // Before there is a folder: a network may not fit the images.
        var ann = settings.Start is null ? Describe(settings, data.Set) : null;
        var warnings = settings.Start is null ? [] : StartNetwork.Check(settings, data.Set, backend, () => Describe(settings, data.Set));
        using var held = RunFolder.Open(folder, settings);
        using var monitor = new RunMonitor(observer, new ProgressFile(RunProgress.FileIn(folder), new RunProgress(
            settings.Name, Environment.ProcessId, RunState.Running, null, DateTime.UtcNow, StagesOf(settings))));
        using var events = new RunEvents(folder, settings, observer);
        var context = new RunContext(held, data, ann, backend, monitor, events, cancellation);
        try
        {
            var results = Run(context, warnings, others);
            monitor.End(RunState.Finished);
            return results;
        }
        catch (OperationCanceledException)
        {
            monitor.End(RunState.Interrupted);
            throw;
        }
        catch (Exception failure)
        {
            monitor.End(RunState.Failed, failure.Message);
            throw;
        }
    }

    private static RunResults Run(RunContext context, IReadOnlyList<string> warnings, IReadOnlyList<string> others)
    {
        var (settings, data) = (context.Settings, context.Data);
        context.Resume();
        foreach (var note in data.Set.Notes)
        {
            context.Observer.Note(note);
        }

        context.Observer.Note($"{settings.Name} on {context.Backend.Name}: {data.Training.Length:N0} training, {data.Validation.Length:N0} validation, "
            + $"{data.Test.Length:N0} test images of {data.Set.Name}");
        foreach (var warning in warnings)
        {
            context.Warn(warning);
        }

        SharedStages.Take(context, others);
        foreach (var stage in settings.RunningStages)
        {
            RunStage(context, stage);
        }

        var evaluation = new EvaluationStage(context);
        context.Time(EvaluationStage.Name, evaluation.Run);
        if (settings.Energy is { } energy)
        {
            context.Time(EnergyStage.Name, new EnergyStage(context, energy).Run);
        }

        var results = context.Results(true);
        results.Write(context.Folder.ResultsPath);
        return results;
    }

    private static IReadOnlyList<string> StagesOf(ExperimentSettings settings) =>
        [.. settings.RunningStages.Select(stage => stage.Name()), EvaluationStage.Name, .. settings.Energy is null ? Array.Empty<string>() : [EnergyStage.Name]];

    /// <summary>The network that the settings describe, for the images at hand.</summary>
    private static Network Describe(ExperimentSettings settings, DataSet data) => settings.Network.Build(
        data.Train.Classes, data.Train.ImageShape, data.Statistics.Mean, data.Statistics.Deviation);

    private static void RunStage(RunContext context, Stage stage)
    {
        if (context.Folder.IsFinished(stage))
        {
            context.RequireOrigin(stage);
            context.Observer.Note($"{stage.Name()}: done before");
            if (stage == Stage.Prune && context.Settings.Prune.Sparsity > 0 && context.Layers.Count == 0)
            {
                // Whoever was stopped between the checkpoint and the results.
                using var pruned = context.Left(stage);
                PruneStage.Report(context, pruned);
            }

            return;
        }

        context.Cancellation.ThrowIfCancellationRequested();
        context.ForgetRows(new EvaluatedNetworks(context.Settings).From(stage));
        context.Time(stage.Name(), stage switch
        {
            Stage.Pretrain => () => Train(context, stage, TrainingRecipe.For(context.Settings.Pretrain)),
            Stage.Prune => new PruneStage(context).Run,
            Stage.FinetuneAnn => () => Train(context, stage, TrainingRecipe.For(context.Settings.FinetuneAnn)),
            Stage.Convert => new ConvertStage(context).Run,
            Stage.FinetuneSnn =>
                () => Train(context, stage, TrainingRecipe.For(context.Settings.FinetuneSnn, context.Settings.Network.Timesteps)),
            Stage.Redraw => () => Redraw(context),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
        });
    }

    private static string Train(RunContext context, Stage stage, TrainingRecipe recipe)
    {
        using var model = context.Load(stage);
        return new TrainingStage(context, stage, model, recipe).Run();
    }

    /// <summary>Not the draws that the network had begun with: the mask was made for those.</summary>
    private static string Redraw(RunContext context)
    {
        context.Observer.StageStarting(Stage.Redraw.Name(), "other random weights, the same mask");
        using var before = context.Load(Stage.Redraw);
        using var model = new SpikingModel(before.Network, context.Backend);
        foreach (var parameter in before.Parameters.All.Where(parameter => parameter.Pattern is not null))
        {
            model.Parameters.Prune(parameter.Name, parameter.Pattern);
        }

        model.Initialise(new RandomKey(context.Settings.Seed, 0).Derive(Stage.Redraw.Name()).Stream);
        context.Finish(Stage.Redraw, model, 0);
        return $"{LayerShare.Of(model).Sum(layer => layer.Kept):N0} weights drawn";
    }
}
