using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RobustSnn.Experiments.Data;

/// <summary>What tells whether images are still those that they were: their number, and a hash of all of them in their order.</summary>
/// <param name="Images">How many there are.</param>
/// <param name="Sha256">Over each image's pixel bytes and its label (32 bits, little-endian), as lower-case hexadecimal digits.</param>
public sealed record ImageDigest(int Images, string Sha256)
{
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ImageDigest Of(ImageSet images, CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> label = stackalloc byte[sizeof(int)];
        for (var i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(images.Bytes(i));
            BinaryPrimitives.WriteInt32LittleEndian(label, images.Labels[i]);
            hash.AppendData(label);
        }

        return new ImageDigest(images.Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public override string ToString() => $"{Images} images, {Sha256[..12]}…";
}
