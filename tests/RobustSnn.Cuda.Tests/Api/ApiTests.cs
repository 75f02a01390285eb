using ManagedCuda;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.Api;

/// <summary>
/// A backend's sources compile against the bindings and against ManagedCuda's packages alike: whatever the bindings offer is there, too, with the same types in
/// the same order. The packages are not at hand; what they offer is described in a document beside the repository, and what it leaves out in one beside this test.
/// </summary>
public sealed class ApiTests
{
    private static readonly string DocumentPath = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "cuda", "managedcuda-api.md"));

    private static IEnumerable<Type> Types => typeof(CudaContext).Assembly.GetExportedTypes();

    private static IEnumerable<Type> Classes => Types.Where(type => !type.IsEnum);

    private static IEnumerable<Type> Enums => Types.Where(type => type.IsEnum);

    [TestCaseSource(nameof(Classes))]
    public void Members_are_those_of_ManagedCuda(Type type)
    {
        var document = Document();
        var name = type.Name.Split('`')[0];
        Assert.That(string.Join('\n', ApiMember.Of(type).Where(member => !document.Has(name, member)).Select(member => $"{name}: {member}")), Is.Empty);
    }

    [TestCaseSource(nameof(Enums))]
    public void Values_are_those_of_ManagedCuda(Type type)
    {
        var document = Document();
        var ours = Enum.GetNames(type).Select(name => (Name: name, Value: Convert.ToInt64(Enum.Parse(type, name))));
        Assert.That(string.Join('\n', ours.Where(value => document.ValueOf(type.Name, value.Name) != value.Value)
            .Select(value => $"{type.Name}.{value.Name} = {value.Value}, documented {document.ValueOf(type.Name, value.Name)}")), Is.Empty);
    }

    [Test]
    public void Namespaces_are_those_of_ManagedCuda() =>
        Assert.That(Types.Select(type => type.Namespace).Distinct(),
            Is.EquivalentTo(new[] { "ManagedCuda", "ManagedCuda.BasicTypes", "ManagedCuda.CudaBlas", "ManagedCuda.CudaSparse" }));

    [TestCase("MemoryManagement", "static CUResult cuMemAlloc_v2(ref CUdeviceptr dptr, SizeT bytesize)", true)]
    [TestCase("MemoryManagement", "CUResult cuMemAlloc_v2(ref CUdeviceptr dptr, SizeT bytesize)", false)]
    [TestCase("MemoryManagement", "static CUResult cuMemAlloc_v2(SizeT bytesize, ref CUdeviceptr dptr)", false)]
    [TestCase("CudaContext", "static CUResult cuMemAlloc_v2(ref CUdeviceptr dptr, SizeT bytesize)", false)]
    public void A_member_is_told_from_another(string type, string member, bool expected) => Assert.That(Document().Has(type, member), Is.EqualTo(expected));

    private static ApiDocument Document()
    {
        if (!File.Exists(DocumentPath))
        {
            Assert.Ignore($"needs {DocumentPath}");
        }

        using var beside = new StreamReader(typeof(ApiTests).Assembly.GetManifestResourceStream("beside-the-document.md")!);
        return new ApiDocument(File.ReadAllText(DocumentPath), beside.ReadToEnd());
    }
}
