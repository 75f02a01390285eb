using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>Images that a network is quantised on: some that it was trained on, for the test images are to judge it.</summary>
internal static class CalibrationImages
{
    private const ulong Seed = 1;
    private const int Spare = 4; // so many times as many as are wanted have enough of every class

    /// <summary>Training images, evenly over the classes: (image, channel, row, column) in [0, 1].</summary>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="data">As <see cref="DataSource.OpenFor"/>.</param>
    /// <param name="terminal">Told what was skipped.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="BadInputException">There is no such data set, it does not fit the network, or has no more images than are wanted.</exception>
    public static float[] Read(string path, LoadedModel loaded, string? data, int samples, Output.Terminal terminal, CancellationToken cancellation)
    {
        // Only images to train on are wanted, and where they are drawn, few of them.
        Shapes10Settings drawn = Shapes10Settings.Default with { TrainCount = (int)Math.Min(Spare * (long)samples, int.MaxValue), TestCount = 1 };
        DataSet set = DataSource.OpenFor(data, loaded.Info.DataSet, mapsClasses: true, drawn, cancellation);
        DataSource.WriteNotes(set, terminal);
        Shape input = loaded.Model.Network.Input;
        if (!set.Train.ImageShape.Equals(input))
        {
            throw new BadInputException($"{path}: the network expects {input} images, found {set.Train.ImageShape} in {set.Train.Name}. "
                + "Give the data set that it was trained on by --data");
        }

        if (samples >= set.Train.Count)
        {
            throw new BadInputException($"--samples: expected fewer than the {set.Train.Count} training images of {set.Train.Name}, found {samples}");
        }

        var images = new ImageSamples(set.Train, DataSplit.Stratified(set.Train, samples, Seed).Validation);
        var pixels = new float[samples * input.Count];
        for (var image = 0; image < samples; image++)
        {
            images.Read(image, pixels.AsSpan(image * input.Count, input.Count));
        }

        return pixels;
    }
}
