using System.Globalization;
using RobustSnn.Engine;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Runs;

/// <summary>Fewer weights (METHODS 5): chosen at once, or learned over epochs. From here on what was pruned is nowhere any more.</summary>
internal sealed class PruneStage(RunContext context)
{
    private readonly PruneSettings settings = context.Settings.Prune;

    public string Run()
    {
        using var model = context.Load(Stage.Prune);
        var method = settings.ToMethod();
        if (settings.Sparsity == 0)
        {
            context.Observer.StageStarting(Stage.Prune.Name(), "nothing: the sparsity is 0");
            context.Finish(Stage.Prune, model, 0);
            return "handed on as it was";
        }

        RequireDense(model);
        var done = settings.IsLearned && settings.Training!.Epochs > 0 ? Learn(model, method) : Choose(model, method);
        var layers = Report(context, model);
        return $"{done}{layers.Sum(layer => layer.Kept):N0} of {layers.Sum(layer => layer.Total):N0} weights kept";
    }

    /// <summary>Shows and keeps how much of each layer is left, and warns of layers that are dead.</summary>
    public static IReadOnlyList<LayerShare> Report(RunContext context, SpikingModel model)
    {
        var layers = LayerShare.Of(model);
        context.Add(layers);
        foreach (var layer in layers.Where(layer => layer.Kept == 0))
        {
            context.Warn($"prune: no weight of {layer.Name} is left: the layer hands nothing on. Prune less, or each layer alike (prune.scope: layer)");
        }

        return layers;
    }

    private string Choose(SpikingModel model, IPruningMethod method)
    {
        context.Observer.StageStarting(Stage.Prune.Name(), $"{method.Description}, {Share}");
        var random = new RandomKey(context.Settings.Seed, 0).Derive(Stage.Prune.Name());
        foreach (var kept in method.Choose(PrunableWeights.Of(model), settings.Sparsity, random, context.Cancellation))
        {
            model.Parameters.Prune(kept.Name, kept.Pattern);
        }

        context.Finish(Stage.Prune, model, 0);
        return "";
    }

    private string Learn(SpikingModel model, IPruningMethod method)
    {
        var masks = method.Learn(model, settings.Sparsity) ?? throw new InvalidOperationException($"{settings.Method} learns no masks");
        var recipe = TrainingRecipe.For(settings.Training!);
        return new TrainingStage(context, Stage.Prune, model, recipe with
        {
            Description = $"{method.Description}, {Share}: {recipe.Description}",
        }, masks).Run() + ", ";
    }

    private string Share => string.Create(CultureInfo.InvariantCulture, $"{100 * settings.Sparsity:0.####} %");

    /// <summary>A method chooses among all weights: what was pruned before would exist again.</summary>
    private void RequireDense(SpikingModel model)
    {
        if (model.Parameters.All.FirstOrDefault(parameter => parameter.Pattern is not null) is { } pruned)
        {
            throw new BadInputException(
                $"prune: {settings.Method.ToString().ToLowerInvariant()} chooses among all weights, but {pruned.Name} of the network that it begins with is "
                + "pruned, and its pruned weights would exist again. Begin with a dense network, or with a later stage (start.at), or set prune.sparsity to 0");
        }
    }
}
