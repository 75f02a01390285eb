using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// An experiment from images to the final table: pretrain, prune, finetune the ANN, convert, finetune the SNN, evaluate (METHODS 4 to 8).
/// Every stage reads the checkpoint of the one before and writes its own, so that a run broken off anywhere goes on as if it had not been.
/// </summary>
public static class ExperimentRun
{
    /// <param name="folder">Where artefacts go; made if it is not there.</param>
    /// <param name="resume">Whether a run that is there may be gone on with.</param>
    /// <exception cref="BadInputException">Settings, data or folder cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">Loss, parameters or momenta are no finite numbers any more.</exception>
    /// <exception cref="OperationCanceledException">Interrupted: resuming loses at most the epoch, or the row of the table, in progress.</exception>
    public static RunResults Run(
        ExperimentSettings settings, string folder, bool resume, IBackend backend, IRunObserver observer, CancellationToken cancellation)
    {
        if (!resume && File.Exists(RunFolder.ExperimentFile(folder)))
        {
            throw new BadInputException($"{folder}: a run is there already. Go on with it by --resume, or give another folder by --out");
        }

        var recipes = (Pretrain: TrainingRecipe.For(settings.Pretrain), Ann: TrainingRecipe.For(settings.FinetuneAnn),
            Snn: TrainingRecipe.For(settings.FinetuneSnn, settings.Network.Timesteps));
        var data = RunData.Open(settings.Data, settings.Evaluate.Samples, settings.Seed, cancellation);
        // Before there is a folder: a network may not fit the images.
        var train = data.Set.Train;
        var ann = settings.Network.Build(train.Classes, train.ImageShape, data.Set.Statistics.Mean, data.Set.Statistics.Deviation);
        using var held = RunFolder.Open(folder, settings);
        var context = new RunContext(held, data, backend, observer, cancellation);
        context.Resume();
        foreach (var note in data.Set.Notes)
        {
            observer.Note(note);
        }

        observer.Note($"{settings.Name} on {backend.Name}: {data.Training.Length:N0} training, {data.Validation.Length:N0} validation, "
            + $"{data.Test.Length:N0} test images of {data.Set.Name}");

        RunStage(context, Stage.Pretrain, () => Pretrain(context, ann, recipes.Pretrain));
        RunStage(context, Stage.Prune, () => Prune(context));
        RunStage(context, Stage.FinetuneAnn, () => Train(context, Stage.FinetuneAnn, Stage.Prune, recipes.Ann));
        RunStage(context, Stage.Convert, () => Convert(context));
        RunStage(context, Stage.FinetuneSnn, () => Train(context, Stage.FinetuneSnn, Stage.Convert, recipes.Snn));
        var evaluation = new EvaluationStage(context);
        context.Time(EvaluationStage.Name, evaluation.Run);

        var results = context.Results(true);
        results.Write(held.ResultsPath);
        return results;
    }

    private static void RunStage(RunContext context, Stage stage, Func<string> run)
    {
        if (context.Folder.IsFinished(stage))
        {
            context.Observer.Note($"{stage.Name()}: done before");
            return;
        }

        context.Cancellation.ThrowIfCancellationRequested();
        context.ForgetRows(EvaluationStage.RowsFrom(stage));
        context.Time(stage.Name(), run);
    }

    private static string Pretrain(RunContext context, Network ann, TrainingRecipe recipe)
    {
        using var model = new SpikingModel(ann, context.Backend);
        model.Initialise(context.Settings.Seed);
        return new TrainingStage(context, Stage.Pretrain, model, recipe).Run();
    }

    private static string Train(RunContext context, Stage stage, Stage before, TrainingRecipe recipe)
    {
        using var model = context.Load(before);
        return new TrainingStage(context, stage, model, recipe).Run();
    }

    private static string Prune(RunContext context)
    {
        var settings = context.Settings.Prune;
        context.Observer.StageStarting(Stage.Prune.Name(),
            $"least weight magnitude, {settings.Sparsity:P0} of each {(settings.Scope == PruneScope.Layer ? "layer" : "network")}");
        using var model = context.Load(Stage.Pretrain);
        if (settings.Sparsity == 0)
        {
            context.Finish(Stage.Prune, model, 0);
            return "dense";
        }

        var weights = PrunableWeights.Of(model);
        var layers = settings.Scope == PruneScope.Layer
            ? MagnitudePruning.PerLayer(weights, settings.Sparsity, context.Cancellation)
            : MagnitudePruning.OverAllLayers(weights, settings.Sparsity, context.Cancellation);
        foreach (var kept in layers)
        {
            model.Parameters.Prune(kept.Name, kept.Pattern);
            if (kept.Pattern.Count == 0)
            {
                context.Warn($"prune: no weight of {kept.Name} is left: the layer hands nothing on. Prune less, or each layer alike (prune.scope: layer)");
            }
        }

        context.Finish(Stage.Prune, model, 0);
        return $"{layers.Sum(kept => kept.Pattern.Count):N0} of {layers.Sum(kept => kept.Pattern.DenseCount):N0} weights kept";
    }

    private static string Convert(RunContext context)
    {
        var settings = context.Settings;
        var convert = settings.Convert;
        using var ann = context.Load(Stage.FinetuneAnn);
        var batches = RunBatches.Of(context, (uint)Stage.Convert, convert.BatchSize, convert.BatchCount);
        var bytes = BalancingBytes(context, ann, batches[0].Length / ann.PixelCount);
        context.Observer.StageStarting(Stage.Convert.Name(),
            $"threshold balancing over {batches.Count} batches of {convert.BatchSize}, {convert.Timesteps} steps; {bytes / 1e6:N0} MB of memory");
        var converted = SpikingConversion.Convert(ann, settings.Network.Neurons, batches,
            new ConversionOptions(new BalancingOptions(convert.Timesteps, convert.Percentile), (float)convert.Scale), context.Cancellation);
        using var snn = converted.Model;
        context.Finish(Stage.Convert, snn, settings.Network.Timesteps);
        return "thresholds " + string.Join(", ", converted.Thresholds.Select(threshold => $"{threshold.Value * convert.Scale:F2}"));
    }

    private static long BalancingBytes(RunContext context, SpikingModel ann, int batch)
    {
        using var snn = new SpikingModel(Conversion.toSpiking(context.Settings.Network.Neurons, ann.Network), context.Backend);
        return Plan.Measure(snn, batch, context.Settings.Convert.Timesteps, PassMode.BatchStatistics).Total;
    }
}
