using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>A data set ready for use: what is trained on, what is tested on, and how pixels are normalised.</summary>
public sealed record DataSet(string Name, ImageSet Train, ImageSet Test, PixelStatistics Statistics)
{
    /// <summary>What was found and not used, a sentence each, for the person who asked for the data.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>One name a class, in label order; the same in both parts.</summary>
    public IReadOnlyList<string> ClassNames => Train.ClassNames;
}

/// <summary>Data sets by name.</summary>
public static class DataSets
{
    private const string Cifar10Name = "cifar10";
    private const string FolderName = "folder";
    private const string Shapes10Name = "shapes10";

    /// <summary>The names that <see cref="Open"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [Cifar10Name, FolderName, Shapes10Name];

    /// <summary>
    /// Opens <c>cifar10</c> (in its binary form or as class folders, whichever the directory has), <c>folder</c> (anything in class
    /// folders; its statistics are measured on its training images) or <c>shapes10</c> (drawn, needs no directory).
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="directory">Where the files are.</param>
    /// <param name="shapes">Which images of <c>shapes10</c>; not used by the others.</param>
    /// <param name="cancellation">Stops reading and drawing.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">The name is unknown, the directory missing or not needed, or its content unusable.</exception>
    public static DataSet Open(
        string name, string? directory, Shapes10Settings shapes, CancellationToken cancellation = default) => name switch
        {
            Cifar10Name => OpenCifar10(Required(name, directory), cancellation),
            FolderName => OpenFolder(Required(name, directory), cancellation),
            Shapes10Name => directory is null
                ? OpenShapes10(shapes, cancellation)
                : throw new BadInputException($"{Shapes10Name} is drawn and reads no files, found the directory {directory}. Leave it out."),
            _ => throw new BadInputException(
                $"There is no data set \"{name}\". Did you mean {Spelling.nearest(Names, name).Head}? Known are {string.Join(", ", Names)}."),
        };

    /// <summary>The classes of a data set that always has the same, in label order; null for others.</summary>
    public static IReadOnlyList<string>? ClassNamesOf(string name) => name switch
    {
        Cifar10Name => Cifar10Binary.ClassNames,
        Shapes10Name => Shapes10.ClassNames,
        _ => null,
    };

    private static DataSet OpenShapes10(Shapes10Settings shapes, CancellationToken cancellation)
    {
        var (train, test) = Shapes10.Generate(shapes.Seed, shapes.TrainCount, shapes.TestCount, cancellation);
        return new(Shapes10Name, train, test, PixelStatistics.Shapes10);
    }

    private static DataSet OpenFolder(string directory, CancellationToken cancellation)
    {
        var notes = new SkippedEntries();
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        var (train, test) = ClassFolders.Read(directory, name, notes, cancellation);
        return new(FolderName, train, test, PixelStatistics.Measure(train)) { Notes = notes.Sentences(directory) };
    }

    private static DataSet OpenCifar10(string directory, CancellationToken cancellation)
    {
        var notes = new SkippedEntries();
        var binary = Cifar10Binary.Find(directory) is not null;
        if (!binary && !ClassFolders.Find(directory))
        {
            throw new BadInputException(
                $"{directory}: no CIFAR-10 there. Looked for its binary form (data_batch_1.bin … data_batch_5.bin and test_batch.bin, here or "
                + $"in {Cifar10Binary.FolderName}/) and for class folders (train/<class>/ and test/<class>/ with images). Download it from "
                + $"{Cifar10Download.OfficialSource}, or give the folder that has it.");
        }

        var (train, test) = binary ? Cifar10Binary.Read(directory) : ClassFolders.Read(directory, Cifar10Name, notes, cancellation);
        if (!train.ImageShape.Equals(Cifar10Binary.ImageShape) || train.Classes != Cifar10Binary.ClassNames.Length)
        {
            throw new BadInputException(
                $"{directory}: CIFAR-10 has {Cifar10Binary.ClassNames.Length} classes of {Cifar10Binary.ImageShape} images, found "
                + $"{train.Classes} of {train.ImageShape}. Open other images as the data set \"{FolderName}\".");
        }

        // Labels are numbered by the order of names: under other names the same pictures would be of other classes.
        if (!train.ClassNames.SequenceEqual(Cifar10Binary.ClassNames, StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"{directory}: CIFAR-10's classes are {string.Join(", ", Cifar10Binary.ClassNames)}, found the class folders "
                + $"{string.Join(", ", train.ClassNames)}. Rename the folders, or open them as the data set \"{FolderName}\".");
        }

        return new(Cifar10Name, train, test, PixelStatistics.Cifar10) { Notes = notes.Sentences(directory) };
    }

    private static string Required(string name, string? directory)
    {
        if (directory is null)
        {
            throw new BadInputException($"The data set {name} is read from files: give the directory that has them.");
        }

        UserFile.RequireFolder(directory, $"the folder with the files of the data set {name}");
        return directory;
    }
}
