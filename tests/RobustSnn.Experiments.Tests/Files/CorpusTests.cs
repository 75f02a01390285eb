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

    // Refused as they are: one without its format's name, one indented by a tab, one that has lost its last row, one with transparent pixels, one
    // without what it must have.
    private static readonly string[] Refused =
        ["checkpoint/no-network.safetensors", "experiment/tab.yaml", "ledger/lost.jsonl", "png/palette.png", "results/nulls.json"];

    private static IEnumerable<TestCaseData> Files => Cases(_ => true);

    private static IEnumerable<TestCaseData> Whole => Cases(name => !Refused.Contains(name));

    private static IEnumerable<TestCaseData> NotWhole => Cases(Refused.Contains);

    private static IEnumerable<TestCaseData> Cases(Func<string, bool> isWanted) =>
        from target in Targets.All.Keys
        from path in Directory.GetFiles(Folder(target)).Order(StringComparer.Ordinal)
        where isWanted($"{target}/{Path.GetFileName(path)}")
        select new TestCaseData(target, path).SetArgDisplayNames(target, Path.GetFileName(path));

    [Test]
    public void Every_target_has_a_whole_file_to_start_from([ValueSource(typeof(Targets), nameof(Targets.Names))] string target) =>
        Assert.That(Whole.Select(file => file.Arguments[0]), Does.Contain(target));

    /// <summary>A reader that refuses everything would pass every other test here.</summary>
    [TestCaseSource(nameof(Whole))]
    public void Is_read_as_it_is(string target, string path) => Assert.That(() => Targets.All[target](File.ReadAllBytes(path)), Throws.Nothing);

    [TestCaseSource(nameof(NotWhole))]
    public void Is_refused_as_it_is(string target, string path) => Assert.That(() => Targets.All[target](File.ReadAllBytes(path)), Refuses.Saying());

    [TestCaseSource(nameof(Files))]
    public void Is_read_or_refused(string target, string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (int seed = 0; seed < Damaged; seed++)
        {
            byte[] input = Damage.Of(bytes, seed);
            Damage.ReadOrRefuse(() =>
            {
                Targets.All[target](input);
                return target;
            });
        }
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
