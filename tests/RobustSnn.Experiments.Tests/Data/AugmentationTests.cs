using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class AugmentationTests
{
    private static readonly Augmentation CropAndFlip = new(CropPadding: 4, Flip: true, CutoutSize: 0);

    private const int Images = 400;

    private static readonly Shape Small = new(3, 10, 12);
    private static readonly PixelStatistics Statistics = new([0.111, 0.222, 0.333], [1, 1, 1]);
    private static readonly ImageSet Set = Sets.Make(Small, Enumerable.Range(0, Images).Select(index => index % 4).ToArray());

    [Test]
    public void None_changes_nothing()
    {
        var expected = new float[Small.Count];
        Set.CopyImage(7, expected);
        Assert.That(One(Augmentation.None, 7, seed: 1, epoch: 3), Is.EqualTo(expected));
    }

    [Test]
    public void A_crop_with_flip_is_a_shift_with_zeros_and_a_mirror()
    {
        var found = Enumerable.Range(0, Images).Select(index => Explain(One(CropAndFlip, index, seed: 1, epoch: 0), index)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(found, Has.None.Null, "every result is one of the 9 × 9 × 2 possible");
            Assert.That(found.Select(change => change!.Value.Top).Distinct().Order(), Is.EqualTo(Enumerable.Range(-4, 9)));
            Assert.That(found.Select(change => change!.Value.Left).Distinct().Order(), Is.EqualTo(Enumerable.Range(-4, 9)));

            // 200 ± 10: five deviations.
            Assert.That(found.Count(change => change!.Value.Mirrored), Is.InRange(150, 250));
        });
    }

    [Test]
    public void A_flip_alone_mirrors_or_keeps()
    {
        var found = Enumerable.Range(0, 50).Select(index => Explain(One(new(0, Flip: true, 0), index, seed: 2, epoch: 0), index)).ToArray();
        Assert.That(found.Distinct(), Is.EquivalentTo(new (int, int, bool)?[] { (0, 0, false), (0, 0, true) }));
    }

    [Test]
    public void Cutout_fills_one_square_with_the_mean()
    {
        var cutout = new Augmentation(0, false, CutoutSize: 4);
        var original = new float[Small.Count];
        var areas = new List<int>();
        for (var index = 0; index < Images; index++)
        {
            Set.CopyImage(index, original);
            var changed = One(cutout, index, seed: 3, epoch: 0);
            areas.Add(SquareArea(original, changed));
        }

        Assert.Multiple(() =>
        {
            // Whole inside, or cut off at the border down to 2 × 2 in a corner.
            Assert.That(areas.Max(), Is.EqualTo(16));
            Assert.That(areas.Min(), Is.EqualTo(4));
        });
    }

    [Test]
    public void The_result_does_not_depend_on_the_batch()
    {
        var augmentation = CropAndFlip with { CutoutSize = 4 };
        var batch = new float[3 * Small.Count];
        augmentation.CopyImages(Set, [5, 9, 2], Statistics, new(4, 0, 6), batch);
        Assert.That(batch, Is.EqualTo(new[] { 5, 9, 2 }.SelectMany(index => One(augmentation, index, seed: 4, epoch: 6))));
    }

    [TestCase(4ul, 7u)]
    [TestCase(5ul, 6u)]
    public void Another_epoch_or_seed_gives_another_result(ulong seed, uint epoch)
    {
        var first = Enumerable.Range(0, 20).SelectMany(index => One(CropAndFlip, index, seed: 4, epoch: 6));
        var second = Enumerable.Range(0, 20).SelectMany(index => One(CropAndFlip, index, seed, epoch));
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [TestCase(1u)]
    [TestCase(4u)]
    public void Another_stage_gives_another_result(uint stage)
    {
        var first = Enumerable.Range(0, 20).SelectMany(index => One(CropAndFlip, index, seed: 4, epoch: 6));
        var second = Enumerable.Range(0, 20).SelectMany(index => One(CropAndFlip, index, seed: 4, epoch: 6, stage));
        Assert.That(second, Is.Not.EqualTo(first));
    }

    // Images are of 10 × 12.
    [TestCase(10, 0, "data.augmentation.crop: expected less than 10")]
    [TestCase(int.MaxValue, 0, "data.augmentation.crop: expected less than 10")]
    [TestCase(1 << 30, 0, "data.augmentation.crop: expected less than 10")]
    [TestCase(0, 11, "data.augmentation.cutout: expected at most 10")]
    [TestCase(0, int.MaxValue, "data.augmentation.cutout: expected at most 10")]
    public void A_setting_too_large_for_the_images_is_refused(int padding, int cutout, string message) =>
        Refused.With(() => One(new(padding, false, cutout), 0, 0, 0), message, $"found {Math.Max(padding, cutout)}");

    [TestCase(9, 0)]
    [TestCase(0, 10)]
    public void The_largest_settings_are_taken(int padding, int cutout) =>
        Assert.That(One(new(padding, false, cutout), 0, 0, 0), Has.Length.EqualTo(Small.Count));

    [TestCase(-1, 0, 0)]
    [TestCase(0, -2, 0)]
    [TestCase(0, 0, -3)]
    public void A_negative_setting_is_refused(int padding, int cutout, int resized) => Refused.With(
        () => One(new(padding, false, cutout, resized), 0, 0, 0), "crop padding", "cutout", $"{padding}, {cutout} and {resized}");

    [TestCase(10)]
    [TestCase(12)]
    public void A_resized_crop_of_another_side_than_the_images_is_refused(int side) => Refused.With(
        () => One(new(0, false, 0, side), 0, 0, 0), "data.augmentation.resized_crop", "3 × 10 × 12", $"found {side}");

    [Test]
    public void Two_kinds_of_crop_are_refused() =>
        Refused.With(() => new Augmentation(4, false, 0, 32).RequireFits(new(3, 32, 32)), "found both, 4 and 32");

    [Test]
    public void A_destination_of_another_length_is_refused() => Assert.That(
        () => Augmentation.None.CopyImages(Set, [0], Statistics, default, new float[5]), Throws.ArgumentException.With.Message.Contains("holds 5"));

    [Test]
    public void Statistics_of_another_number_of_channels_are_refused() => Assert.That(
        () => Augmentation.None.CopyImages(Set, [0], new PixelStatistics([0.5], [0.5]), default, new float[Small.Count]),
        Throws.ArgumentException.With.Message.Contains("3 channels"));

    private static float[] One(Augmentation augmentation, int index, ulong seed, uint epoch, uint stage = 0)
    {
        var result = new float[Small.Count];
        augmentation.CopyImages(Set, [index], Statistics, new(seed, stage, epoch), result);
        return result;
    }

    /// <summary>The shift and mirror that made the result, found by trying all of them in the plainest way.</summary>
    private static (int Top, int Left, bool Mirrored)? Explain(float[] result, int index)
    {
        var original = new float[Small.Count];
        Set.CopyImage(index, original);
        foreach (var mirrored in new[] { false, true })
        {
            for (var top = -4; top <= 4; top++)
            {
                for (var left = -4; left <= 4; left++)
                {
                    if (Shifted(original, top, left, mirrored).SequenceEqual(result))
                    {
                        return (top, left, mirrored);
                    }
                }
            }
        }

        return null;
    }

    private static IEnumerable<float> Shifted(float[] original, int top, int left, bool mirrored)
    {
        for (var i = 0; i < original.Length; i++)
        {
            var (channel, row, column) = (i / (Small.Rows * Small.Columns), i / Small.Columns % Small.Rows, i % Small.Columns);
            var y = row + top;
            var x = (mirrored ? Small.Columns - 1 - column : column) + left;
            yield return y < 0 || y >= Small.Rows || x < 0 || x >= Small.Columns
                ? 0
                : original[(((channel * Small.Rows) + y) * Small.Columns) + x];
        }
    }

    /// <summary>The area of the changed rectangle, which must be all mean, in all channels.</summary>
    private static int SquareArea(float[] original, float[] changed)
    {
        var plane = Small.Rows * Small.Columns;
        var positions = Enumerable.Range(0, plane).Where(i => changed[i] != original[i]).ToArray();
        var (rows, columns) = (positions.Select(i => i / Small.Columns).Distinct().Count(), positions.Select(i => i % Small.Columns).Distinct().Count());
        Assert.That(positions, Has.Length.EqualTo(rows * columns), "a full rectangle");
        for (var channel = 0; channel < 3; channel++)
        {
            var values = positions.Select(i => changed[(channel * plane) + i]);
            Assert.That(values, Is.All.EqualTo((float)Statistics.Mean[channel]));
        }

        return positions.Length;
    }
}
