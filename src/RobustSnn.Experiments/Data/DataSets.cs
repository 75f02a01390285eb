using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>A data set ready for use: what is trained on, what is tested on, and how pixels are normalised.</summary>
public sealed record DataSet(string Name, ImageSet Train, ImageSet Test, PixelStatistics Statistics)
{
    /// <summary>What was found and not used, a sentence each, for the person who asked for the data.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What each class is in words, in label order, where its name does not say and the files do; else empty.</summary>
    public ImmutableArray<string> ClassWords { get; init; } = [];

    /// <summary>One name a class, in label order; the same in both parts.</summary>
    public IReadOnlyList<string> ClassNames => Train.ClassNames;
}

/// <summary>Data sets by name.</summary>
public static class DataSets
{
    internal const string Cifar10Name = "cifar10";
    internal const string Cifar100Name = "cifar100";
    internal const string SvhnName = "svhn";
    internal const string TinyImageNetName = "tinyimagenet";

    private const string FolderName = "folder";
    private const string Shapes10Name = "shapes10";

    /// <summary>The names that <see cref="Open"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } = [Cifar10Name, Cifar100Name, FolderName, Shapes10Name, SvhnName, TinyImageNetName];

    /// <summary>
    /// Opens <c>cifar10</c> or <c>cifar100</c> (in its binary form or as class folders, whichever the directory has), <c>svhn</c> (its
    /// cropped digits), <c>tinyimagenet</c> (in its official layout), <c>folder</c> (anything in class folders; its statistics are measured
    /// on its training images) or <c>shapes10</c> (drawn, needs no directory).
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
            Cifar10Name => CifarSet.Cifar10.Open(Required(name, directory), cancellation),
            Cifar100Name => CifarSet.Cifar100.Open(Required(name, directory), cancellation),
            SvhnName => OpenSvhn(Required(name, directory)),
            TinyImageNetName => OpenTinyImageNet(Required(name, directory), cancellation),
            FolderName => OpenFolder(Required(name, directory), cancellation),
            Shapes10Name => directory is null
                ? OpenShapes10(shapes, cancellation)
                : throw new BadInputException($"{Shapes10Name} is drawn and reads no files, found the directory {directory}. Leave it out."),
            _ => throw new BadInputException(
                $"There is no data set \"{name}\". Did you mean {Spelling.nearest(Names, name).Head}? Known are {string.Join(", ", Names)}."),
        };

    /// <summary>Which data set a folder has, by the files that are in it; <c>folder</c> where it has none that is known by its files.</summary>
    public static string Recognise(string directory) =>
        Cifar10Binary.Find(directory) is not null ? Cifar10Name
        : Cifar100Binary.Find(directory) is not null ? Cifar100Name
        : Svhn.Find(directory) ? SvhnName
        : TinyImageNet.Find(directory) is not null ? TinyImageNetName
        : PickledCifar.Find(directory) ?? FolderName;

    /// <summary>The classes of a data set that always has the same, in label order; null for others.</summary>
    public static IReadOnlyList<string>? ClassNamesOf(string name) => name switch
    {
        Cifar10Name => Cifar10Binary.ClassNames,
        Cifar100Name => Cifar100Binary.ClassNames,
        Shapes10Name => Shapes10.ClassNames,
        SvhnName => Svhn.ClassNames,
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

    private static DataSet OpenSvhn(string directory)
    {
        if (!Svhn.Find(directory))
        {
            throw new BadInputException(
                $"{directory}: no SVHN there. Looked for its cropped digits, {Svhn.TrainFile} and {Svhn.TestFile}. Download them by "
                + $"rsnn data fetch {SvhnName}, or from {Downloads.ByName[SvhnName].Files[0].Source} and beside it, or give the folder that has them.");
        }

        var (train, test) = Svhn.Read(directory);
        return new(SvhnName, train, test, PixelStatistics.Svhn);
    }

    private static DataSet OpenTinyImageNet(string directory, CancellationToken cancellation)
    {
        if (TinyImageNet.Find(directory) is null)
        {
            throw new BadInputException(
                $"{directory}: no TinyImageNet there. Looked for its official layout (wnids.txt, train/ and val/, here or in "
                + $"{TinyImageNet.FolderName}/). Download it from {Downloads.ByName[TinyImageNetName].Files[0].Source}, or give the folder that has "
                + $"it. Open its images in class folders, train/<class>/ and test/<class>/, as the data set \"{FolderName}\".");
        }

        var notes = new SkippedEntries();
        var (train, test) = TinyImageNet.Read(directory, notes, cancellation);
        return new(TinyImageNetName, train, test, PixelStatistics.TinyImageNet)
        {
            Notes = notes.Sentences(directory),
            ClassWords = TinyImageNet.ReadWords(directory, train.ClassNames),
        };
    }

    private static string Required(string name, string? directory)
    {
        if (directory is null)
        {
            throw new BadInputException($"The data set {name} is read from files: give the directory that has them.");
        }

        UserFile.RequireFolder(directory, $"the folder with the files of the data set {name}"
            + (Downloads.ByName.ContainsKey(name) ? $", which rsnn data fetch {name} downloads" : ""));
        return directory;
    }
}
