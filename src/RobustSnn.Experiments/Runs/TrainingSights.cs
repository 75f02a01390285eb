using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Experiments.Runs;

/// <summary>What there is to see of a network in training. Looking changes nothing: the same bits come out as without.</summary>
internal static class TrainingSights
{
    private const int Pairs = 4;

    /// <summary>An epoch's figures.</summary>
    /// <param name="imagesPerSecond">Of training alone, without the validation.</param>
    public static void Curves(EventSheet sheet, EpochRecord epoch, double imagesPerSecond)
    {
        sheet.Number($"{epoch.Stage}/loss", epoch.Loss);
        sheet.Number($"{epoch.Stage}/accuracy/training", epoch.TrainingAccuracy);
        if (epoch is { ValidationClean: { } clean, ValidationRobust: { } robust })
        {
            sheet.Number($"{epoch.Stage}/accuracy/validation_clean", clean);
            sheet.Number($"{epoch.Stage}/accuracy/validation_robust", robust);
        }

        sheet.Number($"{epoch.Stage}/learning_rate", epoch.LearningRate);
        sheet.Number($"{epoch.Stage}/images_per_second", imagesPerSecond);
    }

    /// <summary>The threshold of each layer, and how all of them lie; nothing of an ANN.</summary>
    public static void Thresholds(EventSheet sheet, Stage stage, SpikingModel model)
    {
        var thresholds = stage.IsOfAnn() ? [] : model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold)
            .Select(each => (each.Name, Values: Array.ConvertAll(each.Value.ToArray(), value => (double)value))).ToArray();
        foreach (var (name, values) in thresholds)
        {
            sheet.Number($"{stage.Name()}/threshold/{name}", values.Average());
        }

        sheet.Histogram($"{stage.Name()}/thresholds", [.. thresholds.SelectMany(each => each.Values)]);
    }

    /// <summary>How often each layer fires, and how its neurons' rates lie; nothing of an ANN, or where no images are held out.</summary>
    public static void Rates(EventSheet sheet, Stage stage, Validation? validation, CancellationToken cancellation)
    {
        foreach (var layer in validation?.Activity ?? [])
        {
            sheet.Number($"{stage.Name()}/spike_rate/{layer.Layer}", layer.SpikeRate);
        }

        foreach (var (layer, rates) in validation?.NeuronRates(cancellation) ?? [])
        {
            sheet.Histogram($"{stage.Name()}/spike_rates/{layer}", rates);
        }
    }

    /// <summary>Training images beside what the adversary made of them; nothing without one, or of images that have no colours.</summary>
    public static void Images(EventSheet sheet, Stage stage, TrainingStep step, Shape shape)
    {
        if (shape.Channels is not (1 or 3) || step.LastImages(Pairs) is not var (clean, adversarial))
        {
            return;
        }

        var drawn = new ImageSheet(shape, clean.Length / shape.Count);
        for (var row = 0; row < clean.Length / shape.Count; row++)
        {
            drawn.Draw(row, clean.AsSpan(row * shape.Count, shape.Count), adversarial.AsSpan(row * shape.Count, shape.Count));
        }

        sheet.Image($"{stage.Name()}/images", drawn);
    }
}
