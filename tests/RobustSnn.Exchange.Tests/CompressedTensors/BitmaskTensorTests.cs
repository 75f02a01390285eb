using RobustSnn.Cli.Tests;
using RobustSnn.Engine.Layout;
using RobustSnn.Exchange.CompressedTensors;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Tests;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.CompressedTensors;

public class BitmaskTensorTests
{
    /// <summary>2 × 10: the second row has its bits in bytes 2 and 3.</summary>
    private static readonly SparseTensor Small = new("fc.weight", [2, 10], new SparsityPattern(20, [0, 3, 9, 10, 18]), [1f, 2, 3, 4, 5]);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void The_first_weight_of_a_byte_is_its_lowest_bit()
    {
        HostTensor[] parts = [.. BitmaskTensor.Parts(Small)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parts.Select(part => part.ToString()), Is.EqualTo(new[]
            {
                "fc.shape: I64 [2]", "fc.compressed: F32 [5]", "fc.bitmask: U8 [2, 2]", "fc.row_offsets: I64 [2]",
            }));
            Assert.That(parts[2].Bytes.ToArray(), Is.EqualTo(new byte[] { 0b1001, 0b10, 0b1, 0b1 }));
            Assert.That(parts[3].ToLongs(), Is.EqualTo(new long[] { 0, 3 }));
        }
    }

    [TestCase("fc.bitmask", "[2, 2]", 1, 0b110, "beyond its 10 columns")]
    [TestCase("fc.bitmask", "[2, 2]", 0, 0b1, "a value for each bit")]
    [TestCase("fc.row_offsets", "[2]", 8, 4, "where the rows of 'fc.bitmask' begin")]
    [TestCase("fc.shape", "[2]", 0, 0, "at least two sizes")]
    [TestCase("fc.shape", "[2]", 0, 3, "expected U8 [3, 2]")]
    [TestCase("fc.shape", "[2]", 4, 255, "fewer than 2^31")]
    public void What_does_not_fit_together_is_refused(string name, string sizes, int at, byte value, string said)
    {
        List<HostTensor> parts = [.. BitmaskTensor.Parts(Small)];
        int index = parts.FindIndex(part => part.Name == name);
        byte[] bytes = parts[index].Bytes.ToArray();
        bytes[at] = value;
        Assert.That($"{parts[index]}", Does.EndWith(sizes));
        parts[index] = new HostTensor(name, parts[index].ElementType, parts[index].Dimensions, bytes);
        Assert.That(() => BitmaskTensor.Find(Stored(parts), "fc.weight"), Refuses.At(folder.Path, said));
    }

    [Test]
    public void A_part_that_is_missing_is_refused([Range(0, 3)] int part)
    {
        List<HostTensor> parts = [.. BitmaskTensor.Parts(Small)];
        string missing = parts[part].Name;
        parts.RemoveAt(part);
        Assert.That(() => BitmaskTensor.Find(Stored(parts), "fc.weight"), Refuses.At(folder.Path, missing));
    }

    /// <summary>By NumPy's unpackbits, as the format's description has it, from bytes that no code of ours read.</summary>
    [Test]
    public void NumPy_reads_what_was_pruned([ValueSource(typeof(SavedNetwork), nameof(SavedNetwork.Architectures))] string architecture)
    {
        Python python = Python.With("numpy");
        SavedNetwork.Save(folder.File("snn.safetensors"), architecture);
        Assert.That(Shell.Run("export", folder.File("snn.safetensors"), folder.File("sparse"), "--to", "compressed-tensors").Code, Is.Zero);
        Assert.That(Shell.Run("export", folder.File("snn.safetensors"), folder.File("dense.safetensors")).Code, Is.Zero);
        python.Run(
            """
            import json, struct, sys, numpy as np
            TYPES = {'F32': '<f4', 'I64': '<i8', 'U8': 'u1'}
            def read(path):
                raw = open(path, 'rb').read()
                n, = struct.unpack('<Q', raw[:8])
                header = json.loads(raw[8:8 + n])
                header.pop('__metadata__', None)
                return {k: np.frombuffer(raw[8 + n + v['data_offsets'][0]:8 + n + v['data_offsets'][1]], TYPES[v['dtype']]).reshape(v['shape'])
                        for k, v in header.items()}
            sparse, dense = read(sys.argv[1] + '/model.safetensors'), read(sys.argv[2])
            config = json.load(open(sys.argv[1] + '/config.json'))['quantization_config']
            assert config['quant_method'] == 'compressed-tensors' and config['sparsity_config']['format'] == 'sparse-bitmask', config
            targets = config['sparsity_config']['targets']
            assert targets, 'nothing was pruned'
            for layer in targets:
                shape = list(sparse.pop(layer + '.shape'))
                values, packed, offsets = (sparse.pop(f'{layer}.{part}') for part in ('compressed', 'bitmask', 'row_offsets'))
                mask = np.unpackbits(packed, axis=-1, count=shape[-1], bitorder='little').reshape(shape).astype(bool)
                rows = mask.sum(axis=-1)
                assert (offsets == np.cumsum(rows, 0) - rows).all(), layer
                weight = np.zeros(shape, values.dtype)
                weight[mask] = values
                assert (weight == dense.pop(layer + '.weight')).all(), layer
            assert sparse.keys() == dense.keys(), sparse.keys() ^ dense.keys()
            assert all((sparse[k] == dense[k]).all() for k in dense)
            """,
            folder.File("sparse"), folder.File("dense.safetensors"));
    }

    private TensorFile Stored(IReadOnlyList<HostTensor> parts)
    {
        string path = folder.File("x.safetensors");
        Safetensors.Write(path, parts, new Dictionary<string, string>());
        return Safetensors.Read(path);
    }
}
