using System.IO.Compression;
using System.Text;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Writes archives as torch.save does, and hostile ones.</summary>
internal sealed class PthFile(TemporaryFolder folder)
{
    private readonly List<(string Name, byte[] Bytes, CompressionLevel Level)> records = [];

    public PthFile Record(string name, byte[] bytes, CompressionLevel level = CompressionLevel.NoCompression)
    {
        records.Add((name, bytes, level));
        return this;
    }

    public PthFile Pickle(PickleWriter pickle) => Record("net/data.pkl", pickle.ToArray());

    public PthFile ByteOrder(string order) => Record("net/byteorder", Encoding.ASCII.GetBytes(order));

    public PthFile Floats(string key, params float[] values) =>
        Record($"net/data/{key}", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());

    public string Save()
    {
        string path = folder.File("net.pth");
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] bytes, CompressionLevel level) in records)
        {
            using Stream stream = zip.CreateEntry(name, level).Open();
            stream.Write(bytes);
        }

        return path;
    }
}
