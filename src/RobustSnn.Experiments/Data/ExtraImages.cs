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
    private const byte PickleMark = 0x80;

    private static readonly string[] Pickles = [".pickle", ".pkl", ".p"];

    /// <summary>Reads the extra images of a data set.</summary>
    /// <param name="path">A folder with <c>train</c>, a binary file, or a folder of binary files (*.bin), which are read in the order of their names.</param>
    /// <param name="set">What they are added to: they have its shape and its classes.</param>
    /// <param name="skipped">Told what is there and not used.</param>
    /// <param name="cancellation">Stops between images or files.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// There are none, they are unreadable, damaged, of another shape or other classes, or one of them is a test image.
    /// </exception>
    public static ImageSet Read(string path, DataSet set, SkippedEntries skipped, CancellationToken cancellation = default)
    {
        var name = $"extra images of {set.Name}";
        var images = Directory.Exists(Path.Combine(path, "train"))
            ? ClassFolders.ReadTrain(path, name, set.Train, skipped, cancellation)
            : ReadBinary(BinaryFiles(path), name, set, cancellation);
        RequireNoTestImage(path, images, set.Test);
        return images;
    }

    private static string[] BinaryFiles(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var files = UserFile.Names(path, Directory.EnumerateFiles).Where(file => Path.GetExtension(file) == BinaryExtension).ToArray();
        return files.Length > 0
            ? [.. files.Select(file => Path.Combine(path, file))]
            : throw new BadInputException(
                $"{path}: no extra images. Expected train/<class>/ with images, or files *{BinaryExtension} in CIFAR-10's binary form.");
    }

    private static ImageSet ReadBinary(string[] files, string name, DataSet set, CancellationToken cancellation)
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

        return new ImageSet(
            name, Cifar10Binary.ImageShape, Cifar10Binary.ClassNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels),
            [.. labels.Select(label => (int)label)]);
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

    /// <summary>A network that was trained on test images says nothing by its accuracy on them.</summary>
    private static void RequireNoTestImage(string path, ImageSet extra, ImageSet test)
    {
        var tests = new Dictionary<UInt128, int>();
        for (var i = 0; i < test.Count; i++)
        {
            tests[Key(test.Bytes(i))] = i;
        }

        for (var i = 0; i < extra.Count; i++)
        {
            if (tests.TryGetValue(Key(extra.Bytes(i)), out var found))
            {
                throw new BadInputException(
                    $"{path}: extra image {i} is image {found} of {test.Name}, pixel for pixel. A network must not be trained on what it is tested "
                    + "on; remove it.");
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
