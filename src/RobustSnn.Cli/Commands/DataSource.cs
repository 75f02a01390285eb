using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>Data sets as arguments name them: by name, or by the folder that they are in.</summary>
internal static class DataSource
{
    /// <summary>The data set of a network that somebody else trained on nobody said what.</summary>
    public const string Unknown = "unknown";

    public const string Shapes10 = "shapes10";

    /// <summary>The data sets that can be given by name: those that are drawn, or that are where they are downloaded to.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Downloads.ByName.Keys.Append(Shapes10).Order(StringComparer.Ordinal)];

    /// <summary>Where <c>rsnn data fetch NAME</c> puts it.</summary>
    public static string DefaultFolder(string name) => $"data/{name}";

    /// <summary>Whether a folder has that data set, by the files that are in it: in its own form, or as class folders.</summary>
    public static bool IsIn(string folder, string name) => Directory.Exists(folder)
        && (DataSets.Recognise(folder) == name || new[] { "train", "test" }.All(part => Directory.Exists(Path.Combine(folder, part))));

    /// <summary>Opens a data set by its name, or the one that a folder has.</summary>
    /// <param name="nameOrFolder">E.g. shapes10, or data/cifar-10-batches-bin.</param>
    /// <param name="shapes">Which images, where they are drawn.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="BadInputException">It is neither, or its content is unusable.</exception>
    public static DataSet Open(string nameOrFolder, Shapes10Settings shapes, CancellationToken cancellation = default)
    {
        // What can only be a path is opened as one even where it is no folder, so that the message says what it is instead.
        if (Directory.Exists(nameOrFolder) || File.Exists(nameOrFolder) || nameOrFolder.Contains(Path.DirectorySeparatorChar))
        {
            return DataSets.Open(DataSets.Recognise(nameOrFolder), nameOrFolder, shapes, cancellation);
        }

        if (!Names.Contains(nameOrFolder))
        {
            throw new BadInputException(
                $"'{nameOrFolder}': expected a folder with a data set, or one of {string.Join(", ", Names)}{NearestName.Hint(nameOrFolder, Names)}");
        }

        return DataSets.Open(nameOrFolder, nameOrFolder == Shapes10 ? null : DefaultFolder(nameOrFolder), shapes, cancellation);
    }

    /// <summary>Opens the data set to evaluate a network on.</summary>
    /// <param name="nameOrFolder">As <see cref="Open"/>; null for the network's own.</param>
    /// <param name="own">The data set that the network was trained on; a folder is read as one of these.</param>
    /// <param name="mapsClasses">Whether a folder may have other class names than that data set: the user says which is which.</param>
    /// <param name="shapes">Which images, where they are drawn.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="BadInputException">As <see cref="Open"/>.</exception>
    public static DataSet OpenFor(
        string? nameOrFolder, string own, bool mapsClasses, Shapes10Settings shapes, CancellationToken cancellation = default) =>
        (nameOrFolder, own) switch
        {
            (null, Unknown) => throw new BadInputException(
                "expected --data with the network's data set, by name or folder: the checkpoint does not say what it was trained on"),
            (not null, not Shapes10 and not Unknown) when !mapsClasses && Directory.Exists(nameOrFolder) =>
                DataSets.Open(own, nameOrFolder, shapes, cancellation),
            _ => Open(nameOrFolder ?? own, shapes, cancellation),
        };

    /// <summary>Says what was skipped, beside the results and not among them.</summary>
    public static void WriteNotes(DataSet set, Output.Terminal terminal)
    {
        foreach (string note in set.Notes)
        {
            terminal.Error.WriteLine(note);
        }
    }
}
