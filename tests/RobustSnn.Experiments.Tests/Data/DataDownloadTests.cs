using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography;
using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
[CancelAfter(30_000)]
public sealed class DataDownloadTests
{
    private const string Inner = "cifar-10-batches-bin";

    // Random bytes do not compress, so that the archive is long enough to break off in the middle.
    private const int Records = 66;

    private static readonly byte[] TestBatch = Noise(Records * 3073);

    private static readonly byte[] Archive = Tar(
        new PaxTarEntry(TarEntryType.Directory, Inner + "/"),
        FileEntry(Inner + "/data_batch_1.bin", TestBatch),
        FileEntry(Inner + "/data_batch_2.bin", TestBatch),
        FileEntry(Inner + "/data_batch_3.bin", TestBatch),
        FileEntry(Inner + "/data_batch_4.bin", TestBatch),
        FileEntry(Inner + "/data_batch_5.bin", TestBatch),
        FileEntry(Inner + "/test_batch.bin", TestBatch),
        FileEntry(Inner + "/readme.html", "hello"u8.ToArray()));

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
    public async Task Unpacks_what_it_downloads(CancellationToken cancellation)
    {
        var path = await Fetch(Archive, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(path, Is.EqualTo(folder[Inner]));
            Assert.That(File.ReadAllBytes(Path.Combine(path, "test_batch.bin")), Is.EqualTo(TestBatch));
            Assert.That(File.ReadAllText(Path.Combine(path, "readme.html")), Is.EqualTo("hello"));
            Assert.That(Left(), Is.EqualTo(new[] { "cifar-10-batches-bin", "cifar-10-binary.tar.gz" }), "no temporary files");
        });
    }

    [Test]
    public async Task Makes_the_folder(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive);
        var path = await Download(server.Address, Hash(Archive)).Fetch(folder["a/b"], null, cancellation);
        Assert.That(Directory.Exists(path));
    }

    [Test]
    public async Task Tells_how_far_it_is(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive);
        var progress = new Reports();
        await Download(server.Address, Hash(Archive)).Fetch(folder.Path, progress, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(progress.Seen.Select(report => report.BytesReceived), Is.Ordered.And.Not.Empty);
            Assert.That(progress.Seen[^1], Is.EqualTo(new DownloadProgress(Archive.Length, Archive.Length)));
        });
    }

    [TestCase(60, false)]
    [TestCase(1, true)]
    public async Task What_a_killed_process_was_unpacking_goes_and_what_another_unpacks_now_stays(int minutes, bool stays, CancellationToken cancellation)
    {
        var left = Directory.CreateDirectory(folder[$".unpack-left/{Inner}"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, "test_batch.bin"), "half", cancellation);
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(entry, DateTime.UtcNow.AddMinutes(-minutes));
        await Fetch(Archive, cancellation);
        Assert.That(Directory.Exists(left), Is.EqualTo(stays));
    }

    [Test]
    public async Task A_broken_download_is_kept_and_goes_on(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive) { Behaviour = Behaviour.BreaksOff };
        Refused.WithAsync(
            () => FetchFrom(server, cancellation), "it broke", $"{Archive.Length / 2} bytes are kept in", ".part", "run the download again");
        server.Behaviour = Behaviour.Ranges;
        await FetchFrom(server, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(server.Requests, Is.EqualTo(new long?[] { null, Archive.Length / 2 }));
            Assert.That(File.ReadAllBytes(folder["cifar-10-batches-bin/test_batch.bin"]), Is.EqualTo(TestBatch));
        });
    }

    [Test]
    public async Task A_server_without_ranges_starts_over(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz.part", Archive[..1000]);
        server = new LoopbackServer(Archive) { Behaviour = Behaviour.NoRanges };
        await FetchFrom(server, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(server.Requests, Is.EqualTo(new long?[] { 1000 }));
            Assert.That(File.ReadAllBytes(folder["cifar-10-binary.tar.gz"]), Is.EqualTo(Archive));
        });
    }

    [Test]
    public async Task A_part_that_is_already_whole_is_used(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz.part", Archive);
        await Fetch(Archive, cancellation);
        Assert.That(Left(), Is.EqualTo(new[] { "cifar-10-batches-bin", "cifar-10-binary.tar.gz" }));
    }

    [Test]
    public void A_part_that_is_too_long_is_refused(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz.part", [.. Archive, 1]);
        Refused.WithAsync(() => Fetch(Archive, cancellation), "416", "longer than the file there", "remove it");
    }

    [Test]
    public async Task A_wrong_checksum_is_refused_and_does_not_spoil_the_next_attempt(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive);
        var wanted = new string('0', 64);
        Refused.WithAsync(
            () => Download(server.Address, wanted).Fetch(folder.Path, null, cancellation),
            folder["cifar-10-binary.tar.gz.part"], $"expected SHA-256 {wanted}", $"found {Hash(Archive)}", "is not kept");
        await FetchFrom(server, cancellation);
        Assert.That(server.Requests, Is.EqualTo(new long?[] { null, null }), "from the start again");
    }

    [Test]
    public async Task An_archive_that_is_there_is_not_downloaded_again(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz", Archive);
        await Fetch(Archive, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(server!.Requests, Is.Empty);
            Assert.That(Directory.Exists(folder[Inner]));
        });
    }

    [Test]
    public void An_archive_that_is_there_but_wrong_is_refused(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz", [1, 2, 3]);
        Refused.WithAsync(() => Fetch(Archive, cancellation), folder["cifar-10-binary.tar.gz"], "expected SHA-256", "(3 bytes)");
    }

    [Test]
    public async Task A_folder_that_is_there_is_left_alone(CancellationToken cancellation)
    {
        await Fetch(Archive, cancellation);
        server!.Dispose();
        folder.Write("cifar-10-batches-bin/mine.txt", [1]);
        File.Delete(folder["cifar-10-binary.tar.gz"]);
        Assert.That(await Fetch(Archive, cancellation), Is.EqualTo(folder[Inner]));
        Assert.Multiple(() =>
        {
            Assert.That(server!.Requests, Is.Empty);
            Assert.That(File.Exists(folder["cifar-10-batches-bin/mine.txt"]));
        });
    }

    [TestCase("mine.txt")]
    [TestCase("test_batch.bin")]
    public async Task A_folder_that_lacks_files_gets_them(string there, CancellationToken cancellation)
    {
        folder.Write($"cifar-10-batches-bin/{there}", [1]);
        await Fetch(Archive, cancellation);
        Assert.Multiple(() =>
        {
            Assert.That(Cifar10Binary.FindGap(folder[Inner], Records), Is.Null);
            Assert.That(File.Exists(folder[$"cifar-10-batches-bin/{there}"]));
            Assert.That(Left(), Is.EqualTo(new[] { "cifar-10-batches-bin", "cifar-10-binary.tar.gz" }));
        });
    }

    [Test]
    public async Task A_web_page_is_refused_and_does_not_spoil_the_next_attempt(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive) { Behaviour = Behaviour.LoginPage };
        Refused.WithAsync(() => FetchFrom(server, cancellation), server.Address.ToString(), "the answer is a web page (text/html)", "login");
        server.Behaviour = Behaviour.Ranges;
        await FetchFrom(server, cancellation);
        Assert.That(server.Requests, Is.EqualTo(new long?[] { null, null }));
    }

    [Test]
    public async Task A_web_page_does_not_spoil_what_has_arrived(CancellationToken cancellation)
    {
        folder.Write("cifar-10-binary.tar.gz.part", Archive[..1000]);
        server = new LoopbackServer(Archive) { Behaviour = Behaviour.LoginPage };
        Refused.WithAsync(() => FetchFrom(server, cancellation), "web page", "1000 bytes are kept");
        server.Behaviour = Behaviour.Ranges;
        await FetchFrom(server, cancellation);
        Assert.That(server.Requests, Is.EqualTo(new long?[] { 1000, 1000 }));
    }

    [Test]
    public void A_file_that_is_not_there_is_refused(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive) { Behaviour = Behaviour.NotFound };
        Refused.WithAsync(() => FetchFrom(server, cancellation), server.Address.ToString(), "404 (Not Found)");
    }

    [Test]
    public void No_server_is_refused(CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}/x.tar.gz");
        Refused.WithAsync(
            () => Download(address, Hash(Archive)).Fetch(folder.Path, null, cancellation),
            address.ToString(), "no connection", "Nothing was received", "Check the network");
    }

    [Test]
    public void No_such_host_is_refused(CancellationToken cancellation) => Refused.WithAsync(
        () => Download(new("http://no-such-host.invalid/x.tar.gz"), Hash(Archive)).Fetch(folder.Path, null, cancellation),
        "no-such-host.invalid", "Nothing was received");

    [Test]
    public void Cancelling_stops_and_keeps_what_came(CancellationToken cancellation)
    {
        server = new LoopbackServer(Archive);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Assert.That(
            () => Download(server.Address, Hash(Archive)).Fetch(folder.Path, new Reports(cancelled.Cancel), cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(new FileInfo(folder["cifar-10-binary.tar.gz.part"]).Length, Is.GreaterThan(0));
    }

    [Test]
    public void Two_downloads_at_once_are_refused(CancellationToken cancellation)
    {
        using var other = new FileStream(folder["cifar-10-binary.tar.gz.part"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        Refused.WithAsync(() => Fetch(Archive, cancellation), ".part", "another download");
    }

    private static IEnumerable<TestCaseData> BadArchives()
    {
        yield return Case("no archive", "not a whole .tar.gz archive", "this is text"u8.ToArray());
        yield return Case("half an archive", "not a whole .tar.gz archive", Archive[..(Archive.Length / 2)]);
        yield return Case("an incomplete folder", "data_batch_1.bin is missing", Tar(FileEntry(Inner + "/test_batch.bin", TestBatch)));
        yield return Case("another folder", "found other", Tar(FileEntry("other/x", [1])));
        yield return Case("nothing", "found nothing", Tar(new PaxTarEntry(TarEntryType.Directory, "./")));
        yield return Case("climbing out", "would be written outside", Tar(FileEntry(Inner + "/../../escaped", [1])));
        yield return Case("an absolute path", "would be written outside", Tar(FileEntry("/tmp/rsnn-escaped", [1])));
        yield return Case("too many entries", "more than 20 entries", Tar([.. Enumerable.Range(0, 21).Select(i => FileEntry($"{Inner}/{i}", [1]))]));
        yield return Case("too many bytes", "more than 10000000 bytes", Tar(FileEntry(Inner + "/zeros", new byte[10_000_001])));
        yield return Case("a link", "SymbolicLink", Tar(new PaxTarEntry(TarEntryType.SymbolicLink, Inner) { LinkName = "/tmp" }));

        static TestCaseData Case(string name, string message, byte[] archive) => new TestCaseData(message, archive).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(BadArchives))]
    public void A_bad_archive_leaves_nothing(string message, byte[] archive, CancellationToken cancellation)
    {
        Refused.WithAsync(() => Fetch(archive, cancellation), folder["cifar-10-binary.tar.gz"], message);
        Assert.Multiple(() =>
        {
            Assert.That(Left(), Is.EqualTo(new[] { "cifar-10-binary.tar.gz" }));
            Assert.That(File.Exists("/tmp/rsnn-escaped"), Is.False);
        });
    }

    [TestCase("ftp://example.org/x")]
    [TestCase("relative/x")]
    public void Another_kind_of_address_is_refused(string address) => Refused.WithAsync(
        () => Download(new(address, UriKind.RelativeOrAbsolute), Hash(Archive)).Fetch(folder.Path, null, CancellationToken.None),
        address, "http://");

    private static DataDownload Download(Uri source, string sha256) => new(
        "CIFAR-10", [new(source, Checksum.Sha256(sha256), ArchiveKind.TarGz)], Inner, path => Cifar10Binary.FindGap(path, Records),
        new ArchiveLimit(10_000_000, 20));

    private Task<string> Fetch(byte[] archive, CancellationToken cancellation)
    {
        server = new LoopbackServer(archive);
        return Download(server.Address, Hash(archive)).Fetch(folder.Path, null, cancellation);
    }

    private Task<string> FetchFrom(LoopbackServer from, CancellationToken cancellation) =>
        Download(from.Address, Hash(Archive)).Fetch(folder.Path, null, cancellation);

    private string[] Left() =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static PaxTarEntry FileEntry(string name, byte[] content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    private static byte[] Tar(params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zipped))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Reports(Action? onFirst = null) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Seen { get; } = [];

        public void Report(DownloadProgress value)
        {
            Seen.Add(value);
            onFirst?.Invoke();
        }
    }
}
