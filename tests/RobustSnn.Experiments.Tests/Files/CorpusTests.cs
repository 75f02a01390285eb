using RobustSnn.Fuzz;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>What the fuzzer starts from, as it is and damaged a little: every reader reads it or says why not.</summary>
[TestFixture]
[NonParallelizable]
public sealed class CorpusTests
{
    private const int Damaged = 20;

    private static IEnumerable<TestCaseData> Files =>
        from target in Targets.All.Keys
        from path in Directory.GetFiles(Folder(target)).Order(StringComparer.Ordinal)
        select new TestCaseData(target, path).SetArgDisplayNames(target, Path.GetFileName(path));

    [Test]
    public void Every_target_has_something_to_start_from([ValueSource(typeof(Targets), nameof(Targets.Names))] string target) =>
        Assert.That(Directory.GetFiles(Folder(target)), Is.Not.Empty);

    [TestCaseSource(nameof(Files))]
    public void Is_read_or_refused(string target, string path)
    {
        var bytes = File.ReadAllBytes(path);
        ReadOrRefuse(bytes);
        for (int seed = 0; seed < Damaged; seed++)
        {
            ReadOrRefuse(Damage.Of(bytes, seed));
        }

        void ReadOrRefuse(byte[] input) => Damage.ReadOrRefuse(() =>
        {
            Targets.All[target](input);
            return target;
        });
    }

    private static string Folder(string target, [System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../fuzz/corpus", target);
}
