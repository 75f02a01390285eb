using System.IO.Compression;
using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli.Tests;

public sealed class InspectTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(9007199254740993)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void Whole_numbers_are_printed_exactly(long value) =>
        Assert.That(Inspected(HostTensor.FromLongs("n", [], [value])), Does.Match($@"(?m)^n .* {value}$"));

    [Test]
    public void Doubles_that_no_float_holds_are_listed()
    {
        byte[] bytes = MemoryMarshal.AsBytes<double>([0.1, 0]).ToArray();
        Assert.That(Inspected(new HostTensor("a.weight", ElementType.F64, [1, 2], bytes)), Does.Match(@"(?m)^a.weight +F64 +1 × 2 +1 \(50.0 %\)"));
    }

    [TestCase(ElementType.F16, 0x3555, "0.333252")]
    [TestCase(ElementType.BF16, 0x3eab, "0.333984")]
    public void Halves_are_listed_with_their_values(ElementType type, int bits, string value)
    {
        byte[] one = BitConverter.GetBytes((ushort)bits);
        Assert.That(Inspected(new HostTensor("n", type, [], one)), Does.Match($@"(?m)^n +{type} .* {value}$"));
        Assert.That(Inspected(new HostTensor("n.weight", type, [1, 2], [.. one, 0, 0])), Does.Match($@"(?m)^n.weight +{type} +1 × 2 +1 \(50.0 %\)"));
    }

    [TestCase("model_best.pth.tar")]
    [TestCase("net.pt")]
    [TestCase("net.t7")]
    [TestCase("pytorch_model.bin")]
    [TestCase("net.safetensors")]
    public void What_a_file_of_PyTorch_is_called_does_not_matter(string name)
    {
        using (var zip = new ZipArchive(File.Create(folder[name]), ZipArchiveMode.Create))
        {
            using Stream stream = zip.CreateEntry("net/data.pkl", CompressionLevel.NoCompression).Open();
            stream.Write([0x80, 2, (byte)'}', (byte)'.']);
        }

        Outcome outcome = Shell.Run("inspect", folder[name]);
        Assert.That(outcome.Output, Does.Contain("0 tensors"), outcome.Error);
    }

    private string Inspected(HostTensor tensor)
    {
        Safetensors.Write(folder["a"], [tensor], new Dictionary<string, string>());
        Outcome outcome = Shell.Run("inspect", folder["a"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome.Output;
    }
}
