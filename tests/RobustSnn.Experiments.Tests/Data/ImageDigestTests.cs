using System.Collections.Immutable;
using System.Security.Cryptography;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ImageDigestTests
{
    private static readonly ImmutableArray<byte> Pixels = [1, 2, 3, 4, 5, 6];

    [Test]
    public void It_is_the_hash_of_pixels_and_labels() => Assert.That(Of(Pixels, [1, 0]), Is.EqualTo(new ImageDigest(
        2, Convert.ToHexStringLower(SHA256.HashData([1, 2, 3, 1, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0])))));

    [Test]
    public void Another_pixel_label_order_or_number_is_another() => Assert.That(
        new[] { Of(Pixels, [1, 0]), Of([1, 2, 3, 4, 5, 7], [1, 0]), Of(Pixels, [1, 1]), Of([4, 5, 6, 1, 2, 3], [0, 1]), Of([1, 2, 3], [1]) },
        Is.Unique);

    private static ImageDigest Of(ImmutableArray<byte> pixels, ImmutableArray<int> labels) =>
        ImageDigest.Of(new ImageSet("made", new Shape(3, 1, 1), ["a", "b"], pixels, labels));
}
