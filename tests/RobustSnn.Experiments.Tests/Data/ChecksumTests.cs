using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ChecksumTests
{
    [TestCase("")]
    [TestCase("1234")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_malformed_sha256_is_refused(string checksum) =>
        Refused.With(() => Checksum.Sha256(checksum), $"\"{checksum}\"", "SHA-256", "64 hexadecimal digits");

    [TestCase("900150983cd24fb0d6963f7d28e17f7")]
    [TestCase("900150983cd24fb0d6963f7d28e17f7g")]
    public void A_malformed_md5_is_refused(string checksum) =>
        Refused.With(() => Checksum.Md5(checksum), $"\"{checksum}\"", "MD5", "32 hexadecimal digits");

    // The checksums of "abc" in RFC 1321 and FIPS 180-4.
    [TestCase(false, "900150983cd24fb0d6963f7d28e17f72")]
    [TestCase(true, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public async Task A_file_is_hashed_from_its_start(bool isSha256, string expected)
    {
        using var folder = new TemporaryFolder();
        await using var file = File.OpenRead(folder.Write("abc", "abc"u8.ToArray()));
        file.Position = 2;
        var checksum = isSha256 ? Checksum.Sha256(expected.ToUpperInvariant()) : Checksum.Md5(expected.ToUpperInvariant());
        Assert.Multiple(async () =>
        {
            Assert.That(await checksum.Hash(file, CancellationToken.None), Is.EqualTo(expected));
            Assert.That(checksum.Hex, Is.EqualTo(expected));
        });
    }
}
