using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Output;

/// <summary>What inference found.</summary>
/// <param name="ImagesPerSecond">Once warm, reading of images not counted.</param>
/// <param name="Accuracy95">95 % Clopper-Pearson interval of Correct/Samples.</param>
/// <param name="WithoutClass">Images whose logits are no numbers: they count as wrong.</param>
/// <param name="Layers">In the order of the network; empty with T = 0.</param>
internal sealed record InferenceResult(
    int Samples, int Timesteps, int Batch, string Backend, double ImagesPerSecond, int Correct, Interval Accuracy95, int WithoutClass,
    IReadOnlyList<LayerActivity> Layers)
{
    public double Accuracy => (double)Correct / Samples;

    public double SpikesPerImage => Layers.Sum(layer => layer.SpikesPerImage);
}

/// <summary>What a person sees of inference.</summary>
internal static class InferenceReport
{
    /// <summary>Runs with a moving bar, on a screen.</summary>
    /// <param name="work">Tells how many images are done.</param>
    public static InferenceResult Watch(Terminal terminal, int samples, Func<Action<int>, InferenceResult> work)
    {
        if (!terminal.IsScreen)
        {
            return work(_ => { });
        }

        return ProgressBars.On(terminal.Screen, bars =>
        {
            bars.Begin("infer");
            return work(done => bars.Advance((double)done / samples, $"{Format.Count(done)} of {Format.Count(samples)} images"));
        });
    }

    /// <summary>Writes accuracy, speed and activity.</summary>
    /// <param name="layers">Those of the result.</param>
    public static void Write(Terminal terminal, InferenceResult result, IReadOnlyList<SpikingLayer> layers)
    {
        terminal.Output.WriteLine($"{Format.Count(result.Samples)} images, T = {result.Timesteps}, batch {result.Batch}, {result.Backend}");
        terminal.Output.WriteLine($"accuracy {Format.Percent(result.Accuracy, result.Accuracy95)}");
        terminal.Output.WriteLine($"{Format.Number(result.ImagesPerSecond, "0.0")} images/s");
        if (layers.Count > 0)
        {
            double neurons = layers.Sum(layer => (double)layer.Neurons);
            terminal.WriteTable(
                ["layer", "neurons", "spikes an image", "spike rate"],
                [
                    .. result.Layers.Zip(layers, (activity, layer) => (IReadOnlyList<string>)
                        [layer.Name, Format.Count(layer.Neurons), Format.Count(activity.SpikesPerImage), Format.Percent(activity.SpikeRate)]),
                    ["all", Format.Count(neurons), Format.Count(result.SpikesPerImage), Format.Percent(result.SpikesPerImage / result.Timesteps / neurons)],
                ]);
        }

        if (result.WithoutClass > 0)
        {
            terminal.Error.WriteLine($"warning: {result.WithoutClass} of {result.Samples} images have logits that are no numbers and count as wrong.");
        }
    }
}
