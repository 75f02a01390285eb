using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>CIFAR-10 or CIFAR-100, whichever form a folder has it in: binary files or class folders.</summary>
/// <param name="Name">Of the data set.</param>
/// <param name="Title">As people write it.</param>
/// <param name="BinaryFiles">Where its binary form was looked for, in words.</param>
/// <param name="ClassNames">In label order.</param>
/// <param name="Statistics">Published ones.</param>
/// <param name="FindBinary">The folder with the binary files, at or below another; null where there are none.</param>
/// <param name="ReadBinary">Reads them.</param>
internal sealed record CifarSet(
    string Name,
    string Title,
    string BinaryFiles,
    ImmutableArray<string> ClassNames,
    PixelStatistics Statistics,
    Func<string, string?> FindBinary,
    Func<string, (ImageSet Train, ImageSet Test)> ReadBinary)
{
    public static CifarSet Cifar10 { get; } = new(
        DataSets.Cifar10Name,
        "CIFAR-10",
        $"data_batch_1.bin … data_batch_5.bin and test_batch.bin, here or in {Cifar10Binary.FolderName}/",
        Cifar10Binary.ClassNames,
        PixelStatistics.Cifar10,
        Cifar10Binary.Find,
        directory => Cifar10Binary.Read(directory));

    public static CifarSet Cifar100 { get; } = new(
        DataSets.Cifar100Name,
        "CIFAR-100",
        $"train.bin and test.bin, here or in {Cifar100Binary.FolderName}/",
        Cifar100Binary.ClassNames,
        PixelStatistics.Cifar100,
        Cifar100Binary.Find,
        directory => Cifar100Binary.Read(directory));

    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">The folder has it in no form, or something else.</exception>
    public DataSet Open(string directory, CancellationToken cancellation)
    {
        var notes = new SkippedEntries();
        var binary = FindBinary(directory) is not null;
        if (!binary && PickledCifar.Find(directory) is { } pickled)
        {
            throw PickledCifar.Refusal(directory, pickled);
        }

        if (!binary && !ClassFolders.Find(directory))
        {
            throw new BadInputException(
                $"{directory}: no {Title} there. Looked for its binary form ({BinaryFiles}) and for class folders (train/<class>/ and "
                + $"test/<class>/ with images). Download it from {Downloads.ByName[Name].Files[0].Source}, or give the folder that has it.");
        }

        var (train, test) = binary ? ReadBinary(directory) : ClassFolders.Read(directory, Name, notes, cancellation);
        if (!train.ImageShape.Equals(CifarRecords.ImageShape) || train.Classes != ClassNames.Length)
        {
            throw new BadInputException(
                $"{directory}: {Title} has {ClassNames.Length} classes of {CifarRecords.ImageShape} images, found "
                + $"{train.Classes} of {train.ImageShape}. Open other images as the data set \"folder\".");
        }

        // Labels are numbered by the order of names: under other names the same pictures would be of other classes.
        if (!train.ClassNames.SequenceEqual(ClassNames, StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"{directory}: {Title}'s classes are {string.Join(", ", ClassNames)}, found the class folders "
                + $"{string.Join(", ", train.ClassNames)}. Rename the folders, or open them as the data set \"folder\".");
        }

        return new(Name, train, test, Statistics) { Notes = notes.Sentences(directory) };
    }
}
