using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Images from elsewhere, labelled by another network, that a data set is trained with besides its own (P2 trains CIFAR-10 with 500,000 of
/// them): a folder with <c>train/&lt;class&gt;/</c> images, or, for CIFAR-10, files in its binary form with any number of records.
/// </summary>
internal static class ExtraImages
{
    private const string BinaryExtension = ".bin";
    private const string Expected = "extra images in CIFAR-10's binary form, a label byte and 3,072 pixel bytes each";
    private const string ExpectedAny = "extra images: a folder with train/<class>/, or, for CIFAR-10, files in its binary form";
    private const byte PickleMark = 0x80;

    private static readonly string[] Pickles = [".pickle", ".pkl", ".p"];

    /// <summary>Reads the extra images of a data set.</summary>
    /// <param name="path">A folder with <c>train</c>, a binary file, or a folder of binary files (*.bin), which are read in the order of their names.</param>
    /// <param name="set">What they are added to: they have its shape and its classes.</param>
    /// <param name="validation">Which of its training images checkpoints are chosen on.</param>
    /// <param name="skipped">Told what is there and not used.</param>
    /// <param name="cancellation">Stops between images or files.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// There are none, they are unreadable, damaged, of another shape or other classes, or one of them is a test or validation image.
    /// </exception>
    public static ImageSet Read(
        string path, DataSet set, ImmutableArray<int> validation, SkippedEntries skipped, CancellationToken cancellation = default)
    {
        var name = $"extra images of {set.Name}";
        var (images, placeOf) = Directory.Exists(Path.Combine(path, "train"))
            ? ReadFolders(path, name, set, skipped, cancellation)
            : ReadBinary(BinaryFiles(path), name, set, cancellation);
        RequireNew(images, placeOf, set, validation);
        return images;
    }

    private static (ImageSet Images, Func<int, string> PlaceOf) ReadFolders(
        string path, string name, DataSet set, SkippedEntries skipped, CancellationToken cancellation)
    {
        var (images, files) = ClassFolders.ReadTrain(path, name, set.Train, skipped, cancellation);
        return (images, image => files[image]);
    }

    private static string[] BinaryFiles(string path)
    {
        if (!Directory.Exists(path))
        {
            UserFile.Read(path, ExpectedAny, _ => { });
            return [path];
        }

        var files = UserFile.Names(path, Directory.EnumerateFiles).Where(file => Path.GetExtension(file) == BinaryExtension).ToArray();
        return files.Length > 0
            ? [.. files.Select(file => Path.Combine(path, file))]
            : throw new BadInputException(
                $"{path}: no extra images. Expected train/<class>/ with images, or files *{BinaryExtension} in CIFAR-10's binary form.");
    }

    private static (ImageSet Images, Func<int, string> PlaceOf) ReadBinary(
        string[] files, string name, DataSet set, CancellationToken cancellation)
    {
        if (!set.ClassNames.SequenceEqual(Cifar10Binary.ClassNames) || !set.Train.ImageShape.Equals(Cifar10Binary.ImageShape))
        {
            throw new BadInputException(
                $"{files[0]}: extra images in CIFAR-10's binary form go with CIFAR-10 alone, found the data set {set.Name}. Give a folder with train/<class>/.");
        }

        var counts = files.Select(CountRecords).ToArray();
        var total = counts.Sum(count => (long)count);
        var size = Cifar10Binary.ImageShape.Count;
        if (total * size > Math.Min(Array.MaxLength, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes))
        {
            throw new BadInputException($"{files[0]}: {total} extra images are {total * size} bytes, more than fit into memory. Use fewer images.");
        }

        var (pixels, labels) = (new byte[total * size], new byte[total]);
        var first = 0;
        for (var i = 0; i < files.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Cifar10Binary.Records.Read(files[i], Expected, pixels.AsMemory(first * size, counts[i] * size), labels.AsMemory(first, counts[i]));
            first += counts[i];
        }

        var images = new ImageSet(
            name, Cifar10Binary.ImageShape, Cifar10Binary.ClassNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels),
            [.. labels.Select(label => (int)label)]);
        return (images, image => Record(files, counts, image));
    }

    /// <summary>The file that an image is in, and which of its records it is.</summary>
    private static string Record(string[] files, int[] counts, int image)
    {
        var file = 0;
        while (image >= counts[file])
        {
            image -= counts[file++];
        }

        return $"{files[file]}, record {image}";
    }

    private static int CountRecords(string path)
    {
        var (length, first) = (0L, -1);
        UserFile.Read(path, Expected, file => (length, first) = (file.Length, file.ReadByte()));
        if (first == PickleMark || Pickles.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            throw new BadInputException(
                $"{path}: looks like a Python pickle, a program, which is not run here. Expected {Expected}. Write each image as its label, then "
                + "its red, green and blue plane, row by row.");
        }

        return length > 0 && length % Cifar10Binary.Records.Size == 0 && length / Cifar10Binary.Records.Size <= int.MaxValue
            ? (int)(length / Cifar10Binary.Records.Size)
            : throw new BadInputException(
                $"{path}: has {length} bytes, which is no whole number of records of {Cifar10Binary.Records.Size} bytes. Expected {Expected}.");
    }

    /// <summary>
    /// A network that was trained on test images says nothing by its accuracy on them, nor on validation images which of its checkpoints is best.
    /// </summary>
    private static void RequireNew(ImageSet extra, Func<int, string> placeOf, DataSet set, ImmutableArray<int> validation)
    {
        var known = new Dictionary<UInt128, string>();
        foreach (var image in validation)
        {
            known[Key(set.Train.Bytes(image))] = $"image {image} of {set.Train.Name}, which is held out for choosing checkpoints";
        }

        for (var i = 0; i < set.Test.Count; i++)
        {
            known[Key(set.Test.Bytes(i))] = $"image {i} of {set.Test.Name}, which is tested on";
        }

        for (var i = 0; i < extra.Count; i++)
        {
            if (known.TryGetValue(Key(extra.Bytes(i)), out var found))
            {
                throw new BadInputException($"{placeOf(i)}: is pixel for pixel {found}. Expected an image that the network may be trained on; remove it.");
            }
        }
    }

    private static UInt128 Key(ReadOnlySpan<byte> pixels)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pixels, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
