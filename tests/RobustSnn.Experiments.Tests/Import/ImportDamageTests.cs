using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Files damaged at random places: they are imported, or it is said why not.</summary>
[TestFixture]
public sealed class ImportDamageTests
{
    private const int Damaged = 60;

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void Is_imported_or_refused(ForeignCase each)
    {
        using var folder = new TemporaryFolder();
        using IBackend backend = Backends.Open("reference");
        byte[] bytes = File.ReadAllBytes(each.Recorded);
        for (var seed = 0; seed < Damaged; seed++)
        {
            // Most of a small file is the names and the pickle; elements are at the end.
            File.WriteAllBytes(folder.File("a.pth"), Damage.Of(bytes, seed));
            Damage.ReadOrRefuse(() =>
            {
                using SpikingModel model = NetworkImport.Read(folder.File("a.pth"), backend, each.Options).Model;
                return model.Network;
            });
        }
    }
}
