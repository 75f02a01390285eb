using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class AtomicFileTests
{
    [Test]
    public void Replaces_the_old_file_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        File.WriteAllText(path, "old and longer");
        AtomicFile.WriteText(path, "new");
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void A_reader_sees_the_old_file_until_the_end()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        File.WriteAllText(path, "old");
        string seen = "";
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            seen = File.ReadAllText(path);
        });
        Assert.That(seen, Is.EqualTo("old"));
    }

    [Test]
    public void A_failure_keeps_the_old_file_and_removes_the_temporary()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.txt");
        File.WriteAllText(path, "old");
        Assert.That(
            () => AtomicFile.Write(path, stream =>
            {
                stream.Write("half"u8);
                throw new InvalidOperationException("interrupted");
            }),
            Throws.InvalidOperationException);
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void A_full_disk_is_the_users_to_hear_of()
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => AtomicFile.Write(folder.File("a.txt"), _ => throw new IOException("No space left on device")),
            Refuses.Saying("No space left on device"));
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [TestCase("")]
    [TestCase("/proc/rsnn.txt", IncludePlatform = "Linux")]
    [TestCase("/dev/rsnn.txt", IncludePlatform = "Linux")]
    public void What_no_file_can_take_the_place_of_is_refused(string path) =>
        Assert.That(() => AtomicFile.WriteText(path, "x"), Refuses.Saying("expected the name of a file"));

    [Test]
    public void A_folder_is_not_replaced()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => AtomicFile.WriteText(folder.Path, "x"), Refuses.Saying("found a folder"));
    }

    [Test]
    public void A_message_names_the_file_and_not_the_temporary()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "none", "a.txt");
        var refusal = Assert.Throws<BadInputException>(() => AtomicFile.WriteText(path, "x"));
        Assert.That(refusal?.Message, Does.Not.Contain(".tmp"));
    }

    [Test]
    public void A_missing_folder_is_the_users_to_hear_of()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "none", "a.txt");
        Assert.That(() => AtomicFile.WriteText(path, "x"), Refuses.At(path));
    }
}
