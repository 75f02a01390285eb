using System.Diagnostics;
using RobustSnn.Fuzz;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>What the fuzzer starts from, as it is and damaged a little: every reader reads it or says why not.</summary>
[TestFixture]
[NonParallelizable]
public sealed class CorpusTests
{
    private const int Damaged = 20;
    private const int MuchDamaged = 100_000;

    // Whatever a damaged file claims, reading it takes about what reading the whole one takes.
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

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

    [Explicit("takes minutes")]
    [TestCaseSource(nameof(Files))]
    public void Is_read_or_refused_however_often_it_is_damaged(string target, string path)
    {
        var bytes = File.ReadAllBytes(path);
        var (read, mostBytes, longest) = (0, 0L, TimeSpan.Zero);
        for (int seed = 0; seed < MuchDamaged; seed++)
        {
            // Damage upon damage, further from the file with every round of ten.
            byte[] input = bytes;
            for (int i = 0; i <= seed % 10; i++)
            {
                input = Damage.Of(input, seed + (i * MuchDamaged));
            }

            var (before, started) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
            Damage.ReadOrRefuse(() =>
            {
                Targets.All[target](input);
                read++;
                return target;
            });
            mostBytes = Math.Max(mostBytes, GC.GetTotalAllocatedBytes() - before);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }

        TestContext.Out.WriteLine($"{target}: {read} of {MuchDamaged} read, the others refused; at most {mostBytes} bytes and {longest.TotalMilliseconds:F0} ms");
        Assert.That(mostBytes, Is.LessThan(MostBytes));
        Assert.That(longest, Is.LessThan(Longest));
    }

    private static string Folder(string target, [System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../../fuzz/corpus", target);
}
