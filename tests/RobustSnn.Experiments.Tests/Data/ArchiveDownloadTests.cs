using System.IO.Compression;
using System.Security.Cryptography;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>Downloads of other kinds than a gzipped tar archive under SHA-256, which <see cref="DataDownloadTests"/> has.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class ArchiveDownloadTests
{
    private const string Inner = "set";
    private const int SymbolicLink = unchecked((int)0xA1FF0000);

    private static readonly byte[] Content = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];

    private TemporaryFolder folder = null!;
    private LoopbackServer? server;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void CleanUp()
    {
        server?.Dispose();
        server = null;
        folder.Dispose();
    }

    [Test]
    public async Task A_zip_archive_is_unpacked(CancellationToken cancellation)
    {
        var path = await FetchZip(Zip(("set/", []), ("set/a.txt", Content), ("set/deep/er/b.txt", [1, 2])), cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(path, Is.EqualTo(folder[Inner]));
            Assert.That(File.ReadAllBytes(folder["set/a.txt"]), Is.EqualTo(Content));
            Assert.That(File.ReadAllBytes(folder["set/deep/er/b.txt"]), Is.EqualTo(new byte[] { 1, 2 }));
            Assert.That(Left(), Is.EqualTo(new[] { "data.zip", "set" }));
        });
    }

    [Test]
    public async Task A_folder_that_lacks_files_gets_them_at_every_depth(CancellationToken cancellation)
    {
        folder.Write("set/deep/mine.txt", [9]);
        await FetchZip(Zip(("set/a.txt", Content), ("set/deep/er/b.txt", [1, 2])), cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(File.Exists(folder["set/a.txt"]) && File.Exists(folder["set/deep/er/b.txt"]) && File.Exists(folder["set/deep/mine.txt"]));
            Assert.That(Left(), Is.EqualTo(new[] { "data.zip", "set" }));
        });
    }

    private static IEnumerable<TestCaseData> BadArchives()
    {
        yield return Case("no archive", "not a whole .zip archive", "this is text"u8.ToArray());
        yield return Case("half an archive", "not a whole .zip archive", Zip(("set/a.txt", Content))[..^100]);
        yield return Case("another folder", "found other", Zip(("other/x", [1])));
        yield return Case("an incomplete folder", "a.txt is missing", Zip(("set/b.txt", [1])));
        yield return Case("climbing out", "would be written outside", Zip(("set/../../escaped", [1])));
        yield return Case("an absolute path", "would be written outside", Zip(("/tmp/rsnn-escaped", [1])));
        yield return Case("a link", "is of the kind A000", Zip(SymbolicLink, ("set/a.txt", [1])));
        yield return Case("too many entries", "more than 10 entries", Zip([.. Enumerable.Range(0, 11).Select(i => ($"set/{i}", new byte[] { 1 }))]));
        yield return Case("a name twice", "each name once", Zip(("set/a.txt", [1]), ("set/a.txt", [2])));
        yield return Case("a file and a folder of one name", "each name once", Zip(("set/a.txt", [1]), ("set/a.txt/b", [2])));
        yield return Case("a name too long", "cannot be unpacked", Zip(("set/" + new string('x', 300), [1])));
        yield return Case("zeros without end", "more than 1000000 bytes", Zip(("set/a.txt", new byte[1_000_001])));

        static TestCaseData Case(string name, string message, byte[] archive) => new TestCaseData(message, archive).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(BadArchives))]
    public void A_bad_archive_leaves_nothing(string message, byte[] archive, CancellationToken cancellation)
    {
        Refused.WithAsync(() => FetchZip(archive, cancellation), folder["data.zip"], message);
        Assert.Multiple(() =>
        {
            Assert.That(Left(), Is.EqualTo(new[] { "data.zip" }));
            Assert.That(File.Exists("/tmp/rsnn-escaped"), Is.False);
        });
    }

    [Test]
    public void A_wrong_md5_is_refused_and_not_kept(CancellationToken cancellation)
    {
        server = new LoopbackServer(Content) { FileName = "data.zip" };
        var wanted = new string('0', 32);
        Refused.WithAsync(
            () => Download(ArchiveKind.Zip, (server, Checksum.Md5(wanted))).Fetch(folder.Path, null, cancellation),
            folder["data.zip.part"], $"expected MD5 {wanted}", $"found {Md5(Content)}", "is not kept");
        Assert.That(new FileInfo(folder["data.zip.part"]).Length, Is.Zero);
    }

    [Test]
    public async Task Plain_files_are_used_as_they_are_and_go_on_where_they_broke_off(CancellationToken cancellation)
    {
        server = new LoopbackServer(Content) { FileName = "a.txt" };
        using var second = new LoopbackServer([1, 2, 3, 4]) { FileName = "b.txt", Behaviour = Behaviour.BreaksOff };
        var download = Download(ArchiveKind.None, (server, Checksum.Md5(Md5(Content))), (second, Checksum.Md5(Md5([1, 2, 3, 4]))));
        Refused.WithAsync(() => download.Fetch(folder.Path, null, cancellation), "2 bytes are kept");
        second.Behaviour = Behaviour.Ranges;
        var path = await download.Fetch(folder.Path, null, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(path, Is.EqualTo(folder.Path));
            Assert.That(Left(), Is.EqualTo(new[] { "a.txt", "b.txt" }));
            Assert.That(File.ReadAllBytes(folder["a.txt"]), Is.EqualTo(Content));
            Assert.That(File.ReadAllBytes(folder["b.txt"]), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
            Assert.That(server.Requests, Is.EqualTo(new long?[] { null }), "the whole one is not asked for again");
            Assert.That(second.Requests, Is.EqualTo(new long?[] { null, 2 }));
        });
    }

    [Test]
    public void A_plain_file_that_is_there_but_wrong_is_refused(CancellationToken cancellation)
    {
        folder.Write("b.txt", [7]);
        server = new LoopbackServer(Content) { FileName = "b.txt" };
        Refused.WithAsync(
            () => Download(ArchiveKind.None, (server, Checksum.Md5(Md5(Content)))).Fetch(folder.Path, null, cancellation),
            folder["b.txt"], "expected MD5", "(1 bytes)", "Remove it");
    }

    [TestCase("cifar10", "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz")]
    [TestCase("cifar100", "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz")]
    [TestCase("svhn", "http://ufldl.stanford.edu/housenumbers/train_32x32.mat", "http://ufldl.stanford.edu/housenumbers/test_32x32.mat")]
    [TestCase("tinyimagenet", "http://cs231n.stanford.edu/tiny-imagenet-200.zip")]
    public void Every_data_set_that_is_published_has_its_addresses(string name, params string[] addresses) =>
        Assert.That(Downloads.ByName[name].Files.Select(file => file.Source.ToString()), Is.EqualTo(addresses));

    private Task<string> FetchZip(byte[] archive, CancellationToken cancellation)
    {
        server = new LoopbackServer(archive) { FileName = "data.zip" };
        return Download(ArchiveKind.Zip, (server, Checksum.Md5(Md5(archive)))).Fetch(folder.Path, null, cancellation);
    }

    private static DataDownload Download(ArchiveKind kind, params (LoopbackServer Server, Checksum Checksum)[] files) => new(
        "the set", [.. files.Select(file => new RemoteFile(file.Server.Address, file.Checksum, kind))], kind == ArchiveKind.None ? null : Inner,
        path => new[] { "a.txt" }.Concat(kind == ArchiveKind.None ? ["b.txt"] : []).FirstOrDefault(name => !File.Exists(Path.Combine(path, name))) is { } missing
            ? $"{missing} is missing"
            : null,
        new ArchiveLimit(1_000_000, 10));

    private string[] Left() =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(0, entries);

    private static byte[] Zip(int attributes, params (string Name, byte[] Content)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = attributes;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
