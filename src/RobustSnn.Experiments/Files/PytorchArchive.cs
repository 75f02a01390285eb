using System.IO.Compression;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// Reads the state_dict in a <c>.pth</c> file of torch.save (the zip format, PyTorch 1.6 and later) without running its pickle.
/// </summary>
public static class PytorchArchive
{
    // torch.load's magic number, 0x1950a86a20f9469cfc6c, as protocol 2 pickles it.
    private static readonly byte[] LegacyStart = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    private static readonly byte[] ZipStart = "PK\u0003\u0004"u8.ToArray();
    private static readonly string[] Wrappers = ["state_dict", "net", "model"];
    private const string DataParallelPrefix = "module.";
    private const string WhatToDo = "Save the state_dict alone: torch.save(model.state_dict(), \"model.pth\")";

    /// <summary>
    /// The tensors of the state_dict in its order. A dictionary that holds it under <c>state_dict</c>, <c>net</c> or <c>model</c> is
    /// opened, <see cref="TensorFile.LeftOut"/> tells what else is in it, and the prefix <c>module.</c> that DataParallel puts before every name is taken off.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The file is missing, old, damaged, or holds anything but tensors; the message says what and where.
    /// </exception>
    public static TensorFile Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        CheckFormat(path, stream);
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            var records = new PytorchRecords(path, zip, stream.Length);
            var leftOut = new List<string>();
            return new TensorFile(path, Tensors(path, records, leftOut), new Dictionary<string, string>(), leftOut);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new BadInputException($"{path}: the zip archive is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Whether the file begins as torch.save's do, now or before PyTorch 1.6.</summary>
    /// <exception cref="BadInputException">The file is missing, or may not be read.</exception>
    internal static bool IsIts(string path)
    {
        using FileStream stream = InputFile.Open(path);
        var start = new byte[LegacyStart.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> found = start.AsSpan(0, read);
        return found.StartsWith(ZipStart) || found.SequenceEqual(LegacyStart);
    }

    private static void CheckFormat(string path, FileStream stream)
    {
        var start = new byte[LegacyStart.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.AsSpan().SequenceEqual(LegacyStart))
        {
            throw new BadInputException(
                $"{path}: the format of torch.save before PyTorch 1.6 is not read; load it in PyTorch and save it again with a newer one");
        }

        if (read < ZipStart.Length || !start.AsSpan().StartsWith(ZipStart))
        {
            throw new BadInputException($"{path}: not a PyTorch file: expected the zip archive of torch.save");
        }

        stream.Position = 0;
    }

    private static List<HostTensor> Tensors(string path, PytorchRecords records, List<string> leftOut)
    {
        object? read = new PickleReader(path, records.Pickle()).Read();
        if (read is PickleRefused refused)
        {
            throw new BadInputException(
                $"{path}: pickle offset {refused.Offset}: global {refused.Global} is refused: only tensors of "
                + $"{string.Join(", ", PickleGlobal.Storages.Values)} in dictionaries are read. {WhatToDo}");
        }

        if (read is not PickleDictionary root)
        {
            throw new BadInputException($"{path}: expected a dictionary of tensors (a state_dict), found another object. {WhatToDo}");
        }

        OrderedDictionary<object, object?> items = Unwrap(path, root, leftOut).Items;
        bool parallel = items.Keys.All(key => key is string name && name.StartsWith(DataParallelPrefix, StringComparison.Ordinal));
        var tensors = new List<HostTensor>(items.Count);
        foreach ((object key, object? value) in items)
        {
            RequireRead(path, key, value);
            if (key is not string name || value is not PickleTensor tensor)
            {
                throw new BadInputException(
                    $"{path}: '{key}' is no tensor: expected a state_dict, or a dictionary with one under {string.Join(", ", Wrappers)}");
            }

            tensors.Add(records.Load(parallel ? name[DataParallelPrefix.Length..] : name, tensor));
        }

        return tensors;
    }

    // What holds the state_dict may itself be held. A forged dictionary may hold itself, and is opened once.
    private static PickleDictionary Unwrap(string path, PickleDictionary root, List<string> leftOut)
    {
        var opened = new HashSet<PickleDictionary>(ReferenceEqualityComparer.Instance) { root };
        PickleDictionary found = root;
        while (Array.Find(Wrappers, key => found.Items.GetValueOrDefault(key) is PickleDictionary or PickleRefused) is { } wrapper)
        {
            RequireRead(path, wrapper, found.Items[wrapper]);
            var inner = (PickleDictionary)found.Items[wrapper]!;
            if (!opened.Add(inner))
            {
                break;
            }

            leftOut.AddRange(found.Items.Where(item => !wrapper.Equals(item.Key)).Select(item => item.Value is PickleRefused refused
                ? $"{item.Key} ({refused.Global})"
                : $"{item.Key}"));
            found = inner;
        }

        return found;
    }

    private static void RequireRead(string path, object key, object? value)
    {
        if (value is PickleRefused refused)
        {
            throw new BadInputException($"{path}: key '{key}' holds {refused.Global}, which is not read. {WhatToDo}");
        }
    }
}
