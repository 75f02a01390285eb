using System.Buffers.Binary;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>What a checkpoint is said to take, beside the file.</summary>
[TestFixture]
public sealed class StoredMemoryTests
{
    private static readonly ModelInfo Info = new("shapes10", 0, "prune");

    [TestCase(0.0)]
    [TestCase(0.5)]
    [TestCase(0.97)]
    public void A_checkpoint_has_as_many_bytes_behind_its_header(double sparsity)
    {
        using var pruned = new PrunedModel(sparsity);
        using var folder = new TemporaryFolder();
        ModelFile.Save(folder.File("a.safetensors"), pruned.Model, Info);
        ModelFile.Export(folder.File("dense.safetensors"), pruned.Model, Info);
        var memory = StoredMemory.Of(pruned.Model);
        Assert.That(memory.Bytes, Is.EqualTo(BytesBehindHeader(folder.File("a.safetensors"))));
        Assert.That(memory.DenseBytes, Is.EqualTo(BytesBehindHeader(folder.File("dense.safetensors"))));
    }

    [Test]
    public void A_pruned_weight_has_a_value_and_an_index_and_its_shape()
    {
        using var pruned = new PrunedModel(0.75);
        var weight = StoredMemory.Of(pruned.Model).Parameters.Single(parameter => parameter.Name == "features.4.weight");
        Assert.That(weight, Is.EqualTo(new StoredParameter("features.4.weight", "features.4", true, 288, 1152, 288 * 8 + 4 * 4, 1152 * 4)));
    }

    [Test]
    public void Weights_are_those_of_layers_alone()
    {
        using var pruned = new PrunedModel(0.75);
        var memory = StoredMemory.Of(pruned.Model);
        var prunable = pruned.Model.Parameters.All.Where(parameter => parameter.Specification.Prunable).ToArray();
        Assert.That(memory.Weights, Is.EqualTo(prunable.Sum(parameter => parameter.Pattern!.Count)));
        Assert.That(memory.DenseWeights, Is.EqualTo(prunable.Sum(parameter => parameter.Specification.Count)));
    }

    private static long BytesBehindHeader(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.Length - sizeof(ulong) - (long)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
