using System.Collections.Immutable;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Cli.Commands;

/// <summary>What a checkpoint's network is run on.</summary>
internal static class TestImages
{
    /// <summary>Of the presets: which images a part of a data set is, and the attacks' draws.</summary>
    public const ulong Seed = 1;

    /// <exception cref="BadInputException">The network's BatchNorm statistics are those that conversion leaves: none.</exception>
    public static void RequireEvaluable(string path, SpikingModel model) => RunningStatistics.RequireEstimated(path, model);

    /// <summary>Test images of the network's own data set or of another, all or some, evenly over the classes.</summary>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="data">As <see cref="DataSource.OpenFor"/>.</param>
    /// <param name="samples">How many; null for all.</param>
    /// <param name="mapping">As <see cref="ClassOrder.Map"/>.</param>
    /// <param name="terminal">Told what was skipped.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="BadInputException">There is no such data set, it does not fit the network, or has fewer images.</exception>
    public static ImageSamples Open(string path, LoadedModel loaded, string? data, int? samples, string? mapping,
        Output.Terminal terminal, CancellationToken cancellation) =>
        Open(path, loaded.Model.Network, loaded.Info, data, samples, mapping, terminal, cancellation);

    /// <summary>The same for a network in integers.</summary>
    /// <inheritdoc cref="Open(string, LoadedModel, string, int?, string, Output.Terminal, CancellationToken)"/>
    public static ImageSamples Open(string path, LoadedQuantised loaded, string? data, int? samples, string? mapping,
        Output.Terminal terminal, CancellationToken cancellation) =>
        Open(path, loaded.Network.Network, loaded.Info, data, samples, mapping, terminal, cancellation);

    /// <summary>The network's own data set, or another.</summary>
    /// <inheritdoc cref="Open(string, LoadedModel, string, int?, string, Output.Terminal, CancellationToken)"/>
    public static DataSet OpenSetFor(LoadedModel loaded, string? data, int? samples, string? mapping, CancellationToken cancellation) =>
        OpenSetFor(loaded.Info, data, samples, mapping, cancellation);

    /// <summary>A data set by name or folder, for its test images.</summary>
    /// <param name="samples">How many are wanted, where they are drawn; null for as many as are usual.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="BadInputException">There is no such data set, or its content is unusable.</exception>
    public static DataSet OpenSet(string nameOrFolder, int? samples, CancellationToken cancellation) =>
        DataSource.Open(nameOrFolder, Drawn(samples), cancellation);

    /// <summary>Test images of a data set that is open, all or some, evenly over the classes.</summary>
    /// <inheritdoc cref="Open(string, LoadedModel, string, int?, string, Output.Terminal, CancellationToken)"/>
    public static ImageSamples Of(string path, LoadedModel loaded, DataSet set, int? samples, string? mapping, Output.Terminal terminal) =>
        Of(path, loaded.Model.Network, loaded.Info, set, samples, mapping, terminal);

    private static ImageSamples Open(string path, Network network, ModelInfo info, string? data, int? samples, string? mapping,
        Output.Terminal terminal, CancellationToken cancellation)
    {
        DataSet set = OpenSetFor(info, data, samples, mapping, cancellation);
        return Of(path, network, info, set, samples, mapping, terminal);
    }

    private static DataSet OpenSetFor(ModelInfo info, string? data, int? samples, string? mapping, CancellationToken cancellation) =>
        DataSource.OpenFor(data, info.DataSet, mapping is not null, Drawn(samples), cancellation);

    private static ImageSamples Of(string path, Network network, ModelInfo info, DataSet set, int? samples, string? mapping, Output.Terminal terminal)
    {
        DataSource.WriteNotes(set, terminal);
        if (!set.Test.ImageShape.Equals(network.Input) || set.Test.Classes != network.Classes)
        {
            throw new BadInputException(
                $"{path}: the network expects {network.Input} images of {network.Classes} classes, found {set.Test.ImageShape} of "
                + $"{set.Test.Classes} in {set.Test.Name}. Give the data set that it was trained on by --data.");
        }

        if (samples > set.Test.Count)
        {
            throw new BadInputException($"--samples: expected at most the {set.Test.Count} images of {set.Test.Name}, found {samples}");
        }

        ImmutableArray<int> indices = samples is { } count && count < set.Test.Count
            ? DataSplit.Stratified(set.Test, count, Seed).Validation
            : [.. Enumerable.Range(0, set.Test.Count)];
        return new ImageSamples(set.Test, indices, Classes(path, info, set, mapping, terminal));
    }

    // Only test images are wanted: those to train on are drawn, too, so let them be few.
    private static Shapes10Settings Drawn(int? samples) =>
        Shapes10Settings.Default with { TrainCount = 1, TestCount = Math.Max(samples ?? 0, Shapes10Settings.Default.TestCount) };

    /// <summary>The network's class of each of the data set's: by name, where the checkpoint knows its names.</summary>
    private static ImmutableArray<int> Classes(string path, ModelInfo info, DataSet set, string? mapping, Output.Terminal terminal)
    {
        if ((info.ClassNames ?? DataSets.ClassNamesOf(info.DataSet)) is { } names)
        {
            return ClassOrder.Map(path, names, set.ClassNames, mapping);
        }

        terminal.Error.WriteLine(
            $"{path} does not say what its classes are called; they are taken to be, in this order, {string.Join(", ", set.ClassNames)}");
        return [.. Enumerable.Range(0, set.Test.Classes)];
    }
}
