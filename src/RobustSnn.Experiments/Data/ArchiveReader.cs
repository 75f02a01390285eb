using System.Formats.Tar;
using System.IO.Compression;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>What may come out of an archive.</summary>
/// <param name="Bytes">Of all files together.</param>
/// <param name="Entries">Files and folders.</param>
public readonly record struct ArchiveLimit(long Bytes, int Entries);

/// <summary>
/// Unpacks an archive that somebody else has made: files and folders only, below one folder, and no more than expected, whatever its
/// headers claim.
/// </summary>
internal sealed class ArchiveReader(string archive, string target, ArchiveLimit limit)
{
    private const int BufferBytes = 1 << 16;

    // Where Unix keeps a file's kind, in the upper half of a zip entry's external attributes, and links, pipes and devices among them.
    private const int UnixModeShift = 16;
    private const int UnixKindMask = 0xF000;
    private const int UnixFile = 0x8000;
    private const int UnixFolder = 0x4000;

    /// <summary>A data set's large files are few, and worth waiting for the disk; its small ones are 100,000.</summary>
    private const long WorthFlushing = 1 << 20;

    private readonly byte[] buffer = new byte[BufferBytes];
    private long bytes;
    private int entries;

    /// <exception cref="BadInputException">It is damaged, or has an entry that is no file or folder, leads outside or is too much.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two pieces.</exception>
    public async Task Unpack(ArchiveKind kind, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(archive);
            await (kind == ArchiveKind.Zip ? UnpackZip(file, cancellation) : UnpackTar(file, cancellation));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or ArithmeticException or FormatException or ArgumentException)
        {
            // The last three come from headers whose numbers or names are none.
            var name = kind == ArchiveKind.Zip ? ".zip" : ".tar.gz";
            throw new BadInputException($"{archive}: not a whole {name} archive ({error.Message}). Remove it and download again.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{archive}: cannot be unpacked ({error.Message}). Is there space, and does the archive have each name once? Else download it again.", error);
        }
    }

    private async Task UnpackTar(FileStream file, CancellationToken cancellation)
    {
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(unzipped);
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            switch (entry.EntryType)
            {
                // Global headers carry no file.
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                case TarEntryType.Directory:
                    Directory.CreateDirectory(PathOf(entry.Name));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await Write(PathOf(entry.Name), entry.DataStream ?? Stream.Null, cancellation);
                    break;
                default:
                    throw Refused(entry.Name, $"is a {entry.EntryType}, expected files and folders only");
            }
        }
    }

    private async Task UnpackZip(FileStream file, CancellationToken cancellation)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellation);
        foreach (var entry in zip.Entries)
        {
            var path = PathOf(entry.FullName);
            if (((entry.ExternalAttributes >> UnixModeShift) & UnixKindMask) is var kind and not (0 or UnixFile or UnixFolder))
            {
                throw Refused(entry.FullName, $"is of the kind {kind:X}, expected files and folders only");
            }

            if (entry.FullName.EndsWith('/'))
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                await using var content = await entry.OpenAsync(cancellation);
                await Write(path, content, cancellation);
            }
        }
    }

    /// <summary>Where an entry goes.</summary>
    private string PathOf(string name)
    {
        if (++entries > limit.Entries)
        {
            throw new BadInputException($"{archive}: has more than {limit.Entries} entries. Nothing was unpacked.");
        }

        if (name.Length == 0 || name.Contains('\0'))
        {
            throw Refused($"number {entries}", "has no usable name");
        }

        var path = Path.GetFullPath(Path.Combine(target, name));
        return Path.TrimEndingDirectorySeparator(path) == target || path.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw Refused(name, "would be written outside the folder");
    }

    private async Task Write(string path, Stream content, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (await content.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            bytes += count;
            if (bytes > limit.Bytes)
            {
                throw new BadInputException($"{archive}: holds more than {limit.Bytes} bytes. Nothing was unpacked.");
            }

            await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }

        if (to.Length >= WorthFlushing)
        {
            to.Flush(flushToDisk: true);
        }
    }

    private BadInputException Refused(string entry, string why) => new($"{archive}: the entry {entry} {why}. Nothing was unpacked.");
}
