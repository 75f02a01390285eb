using System.IO.Compression;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// The records of a torch.save archive: <c>name/data.pkl</c>, <c>name/byteorder</c> and the storages <c>name/data/0</c>, ….
/// No record can be larger than the file, because compressed ones, which torch.save never writes, are refused.
/// </summary>
internal sealed class PytorchRecords : PytorchStorages
{
    private readonly string prefix;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);

    public PytorchRecords(string file, ZipArchive zip, long fileLength)
        : base(file, fileLength)
    {
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw Bad($"record '{entry.FullName}' is there twice");
            }
        }

        string[] pickles = [.. entries.Keys.Where(name => name.Split('/') is [_, "data.pkl"])];
        prefix = pickles is [var only]
            ? only[..^"data.pkl".Length]
            : throw Bad($"not a PyTorch file: expected one record 'name/data.pkl', found {pickles.Length}");
        CheckByteOrder();
    }

    /// <summary>The bytes of the pickle.</summary>
    public byte[] Pickle() => Record("data.pkl");

    private void CheckByteOrder()
    {
        // Absent before PyTorch 2.1: little-endian then.
        if (entries.ContainsKey(prefix + "byteorder"))
        {
            string order = System.Text.Encoding.ASCII.GetString(Record("byteorder")).Trim();
            if (order != "little")
            {
                throw Bad($"record '{prefix}byteorder': expected little, found '{order}'; save the file again on a little-endian machine");
            }
        }
    }

    private byte[] Record(string name)
    {
        if (!entries.TryGetValue(prefix + name, out ZipArchiveEntry? entry))
        {
            throw Bad($"record '{prefix}{name}' is missing");
        }

        if (entry.CompressedLength != entry.Length || entry.IsEncrypted)
        {
            throw Bad(
                $"record '{prefix}{name}' is compressed or encrypted ({entry.CompressedLength} bytes for {entry.Length}); "
                + "torch.save writes records plainly");
        }

        if (entry.Length > Array.MaxLength)
        {
            throw Bad($"record '{prefix}{name}': expected at most {Array.MaxLength} bytes, found {entry.Length}");
        }

        Charge(entry.Length, $"record '{prefix}{name}'");
        using Stream stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    protected override byte[] Elements(string key) => Record(Name(key));

    protected override string Place(string key) => $"record '{prefix}{Name(key)}'";

    private static string Name(string key) => $"data/{key}";
}
