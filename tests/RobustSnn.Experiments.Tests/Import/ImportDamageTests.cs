using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Files damaged at random places: they are imported, or it is said why not.</summary>
[TestFixture]
public sealed class ImportDamageTests
{
    private const int Damaged = 40;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void A_file_of_PyTorch_is_imported_or_refused(ForeignCase each) => AssertImportedOrRefused(File.ReadAllBytes(each.Recorded), each.Options);

    /// <summary>In these, damage is more often in a name or a shape.</summary>
    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void A_safetensors_file_is_imported_or_refused(ForeignCase each)
    {
        Safetensors.Write(folder.File("whole"), TensorFile.Read(each.Recorded).Tensors, new Dictionary<string, string>());
        AssertImportedOrRefused(File.ReadAllBytes(folder.File("whole")), each.Options);
    }

    private void AssertImportedOrRefused(byte[] bytes, ImportOptions options)
    {
        using IBackend backend = Backends.Open("reference");
        string path = folder.File("damaged");
        for (var seed = 0; seed < Damaged; seed++)
        {
            File.WriteAllBytes(path, Damage.Of(bytes, seed));
            Damage.ReadOrRefuse(() =>
            {
                using SpikingModel model = NetworkImport.Read(path, backend, options).Model;
                return model.Network;
            });
        }
    }
}
