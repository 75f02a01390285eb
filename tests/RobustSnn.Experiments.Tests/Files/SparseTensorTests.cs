using FsCheck;
using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using ElementType = RobustSnn.Experiments.Files.ElementType;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class SparseTensorTests
{
    private static readonly SparseTensor Sound = new("w", [2, 3], new SparsityPattern(6, [0, 3, 5]), [1, -2, 3]);

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public bool What_is_written_is_read(float[] dense)
    {
        var pattern = SparsityPattern.OfMask(dense);
        var read = SparseTensor.Find(File([.. new SparseTensor("w", [dense.Length, 1], pattern, pattern.Compact(dense)).Parts]), "w");
        return read!.Pattern.Expand(read.Values).SequenceEqual(dense) && read.Dimensions.SequenceEqual([dense.Length, 1]);
    }

    [Test]
    public void Its_parts_are_values_indices_and_shape() => Assert.That(Sound.Parts.Select(part => part.ToString()),
        Is.EqualTo(new[] { "w.values: F32 [3]", "w.indices: I32 [3]", "w.shape: I32 [2]" }));

    [Test]
    public void Elements_may_be_whole_numbers_for_who_asks()
    {
        var whole = new SparseTensor("w", [2, 3], Sound.Pattern, HostTensor.FromSBytes("any", [3], [1, -2, 3]));
        var file = File([.. whole.Parts]);
        Assert.That(whole.Parts[0].ToString(), Is.EqualTo("w.values: I8 [3]"));
        Assert.That(SparseTensor.Find(file, "w", ElementType.I8)!.Stored.ToLongs(), Is.EqualTo(new[] { 1L, -2, 3 }));
        Assert.That(SparseTensor.All(file).Single().Dimensions, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(() => SparseTensor.Find(file, "w", ElementType.I16), Refuses.At("a.safetensors", "of I16", "found w.values: I8"));
        Refused(whole.Parts, "of F32", "I8");
    }

    [Test]
    public void Where_no_part_is_there_is_no_sparse_tensor() =>
        Assert.That(SparseTensor.Find(File([HostTensor.FromFloats("w", [1], [1])]), "w"), Is.Null);

    [Test]
    public void All_are_those_with_every_part() => Assert.That(
        SparseTensor.All(File([.. Sound.Parts, HostTensor.FromFloats("lonely.values", [1], [1])])).Select(tensor => tensor.Name),
        Is.EqualTo(new[] { "w" }));

    [TestCase("w.values")]
    [TestCase("w.indices")]
    [TestCase("w.shape")]
    public void A_missing_part_is_refused(string name) =>
        Refused(Sound.Parts.Where(part => part.Name != name), $"'{name}'", "not there");

    [TestCase(new[] { 0, 5, 3 }, "ascending", "3 after 5")]
    [TestCase(new[] { 0, 3, 3 }, "ascending", "3 after 3")]
    [TestCase(new[] { 0, 3, 6 }, "below its 6", "found 6")]
    [TestCase(new[] { -1, 3, 5 }, "from 0", "found -1")]
    [TestCase(new[] { 0, 3 }, "as many indices as values", "2 and 3")]
    [TestCase(new[] { 0, 3, 4, 5 }, "as many indices as values", "4 and 3")]
    public void Damaged_indices_are_refused(int[] indices, params string[] saying) =>
        Refused(Replaced(HostTensor.FromInts("w.indices", [indices.Length], indices)), saying);

    [TestCase(new[] { 2, 2 }, "below its 4", "found 5")]
    [TestCase(new[] { 2, -3 }, "sizes from 0", "[2, -3]")]
    [TestCase(new[] { 65536, 65536 }, "2^31", "[65536, 65536]")]
    public void A_damaged_shape_is_refused(int[] shape, params string[] saying) =>
        Refused(Replaced(HostTensor.FromInts("w.shape", [shape.Length], shape)), saying);

    private static IEnumerable<TestCaseData> Strangers() =>
        new[]
        {
            HostTensor.FromInts("w.values", [3], [1, 2, 3]),
            HostTensor.FromFloats("w.values", [3, 1], [1, 2, 3]),
            HostTensor.FromLongs("w.indices", [3], [0, 3, 5]),
            HostTensor.FromFloats("w.shape", [2], [2, 3]),
        }.Select(part => new TestCaseData(part).SetArgDisplayNames(part.ToString()));

    [TestCaseSource(nameof(Strangers))]
    public void A_part_of_another_type_is_refused(HostTensor part) => Refused(Replaced(part), $"'{part.Name}'", "in one dimension");

    [Test]
    public void Dense_and_sparse_at_once_are_refused() =>
        Refused([.. Sound.Parts, HostTensor.FromFloats("w", [2, 3], new float[6])], "'w'", "twice");

    [TestCase(2, 6)]
    [TestCase(3, 7)]
    public void What_does_not_belong_together_cannot_be_made(int values, int elements) => Assert.That(
        () => new SparseTensor("w", [2, 3], new SparsityPattern(elements, [0, 3, 5]), new float[values]), Throws.ArgumentException);

    private static IEnumerable<HostTensor> Replaced(HostTensor part) =>
        Sound.Parts.Select(each => each.Name == part.Name ? part : each);

    private static void Refused(IEnumerable<HostTensor> tensors, params string[] saying) =>
        Assert.That(() => SparseTensor.Find(File([.. tensors]), "w"), Refuses.At("a.safetensors", saying));

    private static TensorFile File(HostTensor[] tensors) => new("a.safetensors", tensors, new Dictionary<string, string>());
}
