using System.IO.Compression;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// Reads the state_dict in a <c>.pth</c> file of torch.save without running its pickle: a zip archive, or a sequence of pickles before
/// PyTorch 1.6.
/// </summary>
public static class PytorchArchive
{
    private static readonly byte[] ZipStart = "PK\u0003\u0004"u8.ToArray();
    private static readonly string[] Wrappers = ["state_dict", "net", "model"];
    private const string DataParallelPrefix = "module.";
    private const string WhatToDo = "Save the state_dict alone: torch.save(model.state_dict(), \"model.pth\")";

    /// <summary>
    /// The tensors of the state_dict in its order. A dictionary that holds it under <c>state_dict</c>, <c>net</c> or <c>model</c> is
    /// opened, <see cref="TensorFile.LeftOut"/> tells what else is in it, and the prefix <c>module.</c> that DataParallel puts before every name is taken off.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The file is missing, damaged, or holds anything but tensors; the message says what and where.
    /// </exception>
    public static TensorFile Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        byte[] start = Start(stream);
        if (!IsSequence(start) && !IsZip(start))
        {
            throw new BadInputException($"{path}: not a PyTorch file: expected the zip archive of torch.save");
        }

        var leftOut = new List<string>();
        return new TensorFile(
            path, IsSequence(start) ? OfSequence(path, stream, leftOut) : OfZip(path, stream, leftOut), new Dictionary<string, string>(), leftOut);
    }

    /// <summary>Whether the file begins as torch.save's do, now or before PyTorch 1.6.</summary>
    /// <exception cref="BadInputException">The file is missing, or may not be read.</exception>
    internal static bool IsIts(string path)
    {
        using FileStream stream = InputFile.Open(path);
        byte[] start = Start(stream);
        return IsZip(start) || IsSequence(start);
    }

    /// <summary>The first bytes, as many as are needed to tell the formats apart; the stream is at its beginning again.</summary>
    private static byte[] Start(FileStream stream)
    {
        var start = new byte[PytorchSequence.MagicNumber.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return start[..read];
    }

    private static bool IsZip(byte[] start) => start.AsSpan().StartsWith(ZipStart);

    private static bool IsSequence(byte[] start) => start.AsSpan().SequenceEqual(PytorchSequence.MagicNumber);

    private static List<HostTensor> OfZip(string path, FileStream stream, List<string> leftOut)
    {
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            var records = new PytorchRecords(path, zip, stream.Length);
            return Tensors(path, new PickleReader(path, records.Pickle()).Read(), records, leftOut);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new BadInputException($"{path}: the zip archive is damaged: {exception.Message}", exception);
        }
    }

    private static List<HostTensor> OfSequence(string path, FileStream stream, List<string> leftOut)
    {
        if (stream.Length > Array.MaxLength)
        {
            throw new BadInputException(
                $"{path}: in the format of torch.save before PyTorch 1.6 expected at most {Array.MaxLength} bytes, found {stream.Length}; load it in "
                + "PyTorch and save it again with a newer one");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var sequence = new PytorchSequence(path, bytes);
        return Tensors(path, sequence.Root, sequence, leftOut);
    }

    private static List<HostTensor> Tensors(string path, object? read, PytorchStorages storages, List<string> leftOut)
    {
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

            tensors.Add(storages.Load(parallel ? name[DataParallelPrefix.Length..] : name, tensor));
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
