using System.Diagnostics;
using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.Training;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Epochs of training, the best of which, by validation images, is what the stage leaves. After every epoch its whole state is saved;
/// because every random number is a function of seed, stage, epoch and batch, a resumed stage takes the same steps as an unbroken one.
/// </summary>
/// <param name="masks">Masks that the stage learns: at its end, what they do not keep is pruned. Null where it learns none.</param>
internal sealed class TrainingStage(RunContext context, Stage stage, SpikingModel model, TrainingRecipe recipe, LearnedMasks? masks = null)
{
    private readonly string name = stage.Name();
    private readonly BatchRecipe batches = context.Data.Batches(context.Settings.BatchSize);

    /// <summary>Trains the model and saves it as the stage's checkpoint.</summary>
    /// <returns>A line about the result.</returns>
    public string Run()
    {
        var settings = context.Settings;
        var epochs = recipe.Optimiser.Epochs;
        context.Observer.StageStarting(name, $"{recipe.Description}, {epochs} epochs; {Bytes() / 1e6:N0} MB of memory");
        model.Parameters.PrepareTraining();
        if (epochs == 0)
        {
            context.Finish(stage, model, recipe.Timesteps);
            return "no epochs";
        }

        RequireVariance();
        var loader = new BatchLoader(batches);
        using var step = new TrainingStep(model, batches.Sampler.LargestBatch, recipe.Timesteps,
            recipe.Objective, recipe.Adversary, Surrogate.Default, recipe.Optimiser.CleanShare);
        using var validation = Validation.For(context, model, recipe);
        var state = TrainingState.Start(context.Folder.Partial(stage), model, masks, (context.SourceOf(stage), context.OriginOf(stage)));
        if (state.Epoch > epochs)
        {
            throw new BadInputException(
                $"{context.Folder.Partial(stage)}: expected at most {epochs} epochs, found {state.Epoch}. Remove the file to begin the stage again");
        }

        context.ForgetEpochsAfter(name, state.Epoch);
        if (state.Epoch > 0)
        {
            context.Observer.Note($"{name}: goes on after epoch {state.Epoch} of {epochs}");
        }

        while (state.Epoch < epochs)
        {
            RunEpoch(step, loader, validation, state, epochs);
        }

        state.UseBest(model);
        if (!state.BestCounts)
        {
            context.Warn($"{name}: no epoch came down to the target, the last was cut to it. Give it more epochs, or a larger prune.gamma");
        }

        masks?.Settle();
        context.Finish(stage, model, recipe.Timesteps);
        return state.BestScore is { } score ? $"best epoch {state.BestEpoch} of {epochs}, validation {score:P1}" : $"last of {epochs} epochs";
    }

    private void RunEpoch(TrainingStep step, BatchLoader loader, Validation? validation, TrainingState state, int epochs)
    {
        var settings = context.Settings;
        var epoch = state.Epoch;
        var rate = LearningRateSchedule.At(recipe.Optimiser, epoch, epochs);
        var sgd = new SgdSettings((float)rate, (float)recipe.Optimiser.Momentum, (float)recipe.Optimiser.WeightDecay);
        step.BeforeStep = masks is null ? null : _ => masks.BeforeStep(sgd);
        masks?.BeginEpoch(epoch);
        var pass = new ImagePass(settings.Seed, (uint)stage, (uint)epoch);
        var random = new RandomKey(settings.Seed, 0).Derive(name).Derive((ulong)epoch);
        var (loss, correct, done) = (0.0, 0, 0);
        var clock = Stopwatch.StartNew();
        foreach (var batch in loader.Epoch(pass, context.Cancellation))
        {
            var result = step.Run(batch.Pixels, batch.Labels, batch.Numbers, sgd, random, context.Cancellation);
            if (!double.IsFinite(result.Loss))
            {
                throw Diverged(epoch, rate, string.Create(CultureInfo.InvariantCulture, $"the loss is {result.Loss} after {done} images"));
            }

            loss += result.Loss * batch.Labels.Length;
            correct += result.Correct;
            done += batch.Labels.Length;
            Report(epoch, epochs, done, clock.Elapsed, loss / done);
        }

        var imagesPerSecond = done / clock.Elapsed.TotalSeconds;

        // A spiking network hides numbers that are none: a membrane that is NaN is silent, and the loss stays finite.
        if (FiniteState.FirstBad(model, masks) is { } bad)
        {
            throw Diverged(epoch, rate, bad);
        }

        var (clean, robust) = validation?.Run(context.Cancellation) ?? (null, null);
        if (robust is { } measured && !double.IsFinite(measured))
        {
            throw Diverged(epoch, rate, "logits of validation images are no finite numbers");
        }

        var best = state.Advance(model, robust, masks?.MeetsTarget ?? true);
        context.Observer.Rates(validation?.Activity ?? []);
        var record = new EpochRecord(name, epoch + 1, epochs, rate, loss / done, (double)correct / done, clean, robust, best, clock.Elapsed.TotalSeconds);
        context.Add(record);
        state.Save(context.Folder.Partial(stage), model);

        // Last, so that no epoch is shown that a run which goes on would do again.
        context.Events.Add(stage, epoch + 1, sheet =>
        {
            TrainingSights.Curves(sheet, record, imagesPerSecond);
            TrainingSights.Thresholds(sheet, stage, model);
            TrainingSights.Rates(sheet, stage, validation, context.Cancellation);
            TrainingSights.Images(sheet, stage, step, context.Data.Set.Train.ImageShape);
        });
    }

    /// <summary>The state saved last is finite, because none is saved before it has been looked at.</summary>
    private TrainingDivergedException Diverged(int epoch, double rate, string what)
    {
        var folder = context.Folder;
        var last = (epoch, stage) switch
        {
            ( > 0, _) => $"The last finite state, after epoch {epoch}, is {folder.Partial(stage)}",
            _ => context.SourceOf(stage) is { } source
                ? $"The last finite state, from which the stage began, is {source}"
                : "The last finite state is the network as the seed draws it",
        };
        var text = string.Create(CultureInfo.InvariantCulture, $"{name}, epoch {epoch + 1}: training diverged at learning rate {rate}: {what}");
        context.Warn(text);
        return new TrainingDivergedException(string.Create(CultureInfo.InvariantCulture,
            $"{text}. {last}. Go on from it with a lower rate, for example "
            + $"rsnn run --resume --out {folder.FolderPath} --set {stage.LearningRateKey()}={recipe.Optimiser.LearningRate / 10:G3}"));
    }

    /// <summary>Before the first epoch rather than at the last batch of it, which is the smallest.</summary>
    private void RequireVariance() => NormalisedValues.Require(model, batches.Sampler.SmallestBatch, recipe.Timesteps);

    /// <summary>Of all plans that live side by side: training, its adversary, validation and its attack.</summary>
    private long Bytes()
    {
        var data = context.Data;
        var batch = batches.Sampler.LargestBatch;
        var bytes = ((recipe.Objective.UsesClean ? 1 : 0) + (recipe.Objective.UsesAdversarial ? 1 : 0)) * Measure(batch, PassMode.Training)
            + Adversarial(batch);
        if (data.Validation.Length > 0)
        {
            var validation = Math.Min(batch, data.Validation.Length);
            bytes += Measure(validation, PassMode.Inference) + Adversarial(validation);
        }

        return bytes.Total;

        PlanMemory Measure(int samples, PassMode mode) => Plan.Measure(model, samples, recipe.Timesteps, mode);

        PlanMemory Adversarial(int samples) => recipe.Adversary is null ? default : Measure(samples, PassMode.InputGradient);
    }

    private void Report(int epoch, int epochs, int done, TimeSpan elapsed, double loss)
    {
        var total = batches.Sampler.ImagesPerEpoch;
        var perSecond = done / Math.Max(elapsed.TotalSeconds, 1e-9);
        var left = (double)(total - done) + (double)(epochs - epoch - 1) * total;
        context.Observer.Progress(new StageProgress(name, epoch + 1, epochs, done, total, perSecond, TimeSpan.FromSeconds(left / perSecond),
            $"loss {loss:F3}"));
    }
}
