using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Images as JPEG and PNG files: which of a folder's files are images, and all of them decoded, on all processors.</summary>
internal static class ImageFiles
{
    private static readonly ImmutableArray<string> Extensions = [".jpg", ".jpeg", ".png"];

    // Images too: to train without them, and say nothing, would be another data set than the one given.
    private static readonly ImmutableArray<string> OtherFormats =
        [".avif", ".bmp", ".gif", ".heic", ".jfif", ".jp2", ".jpe", ".jxl", ".pbm", ".pgm", ".ppm", ".tga", ".tif", ".tiff", ".webp"];

    /// <summary>The names of a folder's images, in ordinal order.</summary>
    /// <exception cref="BadInputException">It has a folder in it, or an image of a format that is not read.</exception>
    public static string[] List(string folder, SkippedEntries skipped, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var name in UserFile.Names(folder, Directory.EnumerateDirectories))
        {
            if (!SkippedEntries.IsHidden(name))
            {
                throw new BadInputException(
                    $"{Path.Combine(folder, name)}: a folder inside a class folder. Expected the images directly in {folder}; move them there.");
            }

            skipped.Add(Path.Combine(folder, name));
        }

        var images = new List<string>();
        foreach (var name in UserFile.Names(folder, Directory.EnumerateFiles))
        {
            var extension = Path.GetExtension(name);
            if (SkippedEntries.IsHidden(name))
            {
                skipped.Add(Path.Combine(folder, name));
            }
            else if (Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                images.Add(name);
            }
            else if (OtherFormats.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                throw new BadInputException(
                    $"{Path.Combine(folder, name)}: {extension} images are not read. Expected .jpg, .jpeg or .png; convert, rename or remove it.");
            }
            else
            {
                skipped.Add(Path.Combine(folder, name));
            }
        }

        return [.. images];
    }

    /// <summary>Decodes all images of a list, in its order.</summary>
    /// <param name="name">Of the set that they become.</param>
    /// <param name="folder">Where they are, for messages.</param>
    /// <param name="files">Every image and its class.</param>
    /// <param name="classNames">One name a class, in label order.</param>
    /// <param name="shape">That every image must have.</param>
    /// <param name="expectedBy">Where that shape comes from, for messages.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// An image is unreadable, damaged, no JPEG or PNG or of another size, there are more pixels than fit, or a decoding library is not installed.
    /// </exception>
    public static ImageSet Decode(
        string name, string folder, ImmutableArray<(string Path, int Label)> files, ImmutableArray<string> classNames, Shape shape,
        string expectedBy, CancellationToken cancellation)
    {
        var size = (long)shape.Rows * shape.Columns * shape.Channels;
        if (files.Length * size > Array.MaxLength)
        {
            throw new BadInputException(
                $"{folder}: {files.Length} images of {shape} are {files.Length * size} bytes, and at most {Array.MaxLength} fit. "
                + "Use smaller or fewer images.");
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (files.Length * size > memory)
        {
            throw new BadInputException(
                $"{folder}: {files.Length} images of {shape} are {files.Length * size} bytes, and this machine has {memory} bytes of memory. "
                + "Use smaller or fewer images.");
        }

        var pixels = new byte[files.Length * size];
        var failures = new SortedDictionary<int, BadInputException>();
        Parallel.For(
            0,
            files.Length,
            new ParallelOptions { CancellationToken = cancellation },
            () => new ImageDecoder(),
            (index, loop, decoder) =>
            {
                try
                {
                    decoder.Read(files[index].Path, shape, expectedBy, pixels.AsSpan(index * shape.Count, shape.Count));
                }
                catch (BadInputException error)
                {
                    lock (failures)
                    {
                        failures.Add(index, error);
                    }

                    // Break, unlike Stop, still goes through all earlier images, so the first bad one is always the one reported.
                    loop.Break();
                }

                return decoder;
            },
            decoder => decoder.Dispose());

        if (failures.Count > 0)
        {
            throw new BadInputException(failures.First().Value.Message, failures.First().Value);
        }

        return new ImageSet(
            name, shape, classNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels), [.. files.Select(file => file.Label)]);
    }
}
