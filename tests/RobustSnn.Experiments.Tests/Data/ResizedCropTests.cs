using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ResizedCropTests
{
    private const int Draws = 4000;

    private static readonly Shape Square = new(3, 64, 64);

    private static ImageBox[] Boxes(Shape shape) =>
        [.. Enumerable.Range(0, Draws).Select(index => ResizedCrop.Draw(shape, new(1, RandomPurpose.Augmentation, 0, (uint)index), 5))];

    [TestCase(64, 64)]
    [TestCase(30, 80)]
    public void A_box_is_inside_and_within_the_ratios(int rows, int columns)
    {
        Assert.Multiple(() =>
        {
            foreach (var box in Boxes(new(3, rows, columns)))
            {
                Assert.That(box.Top, Is.InRange(0, rows - box.Rows));
                Assert.That(box.Left, Is.InRange(0, columns - box.Columns));

                // Sides are rounded to whole pixels.
                Assert.That((box.Columns + 0.5) / (box.Rows - 0.5), Is.GreaterThanOrEqualTo(0.75));
                Assert.That((box.Columns - 0.5) / (box.Rows + 0.5), Is.LessThanOrEqualTo(4.0 / 3.0));
                Assert.That((box.Columns + 0.5) * (box.Rows + 0.5), Is.GreaterThanOrEqualTo(0.08 * rows * columns));
            }
        });
    }

    // Of drawn shares near 1 only those of a ratio near 1 fit, so that the mean is below that of 0.08 … 1, which is 0.54.
    [Test]
    public void Areas_and_ratios_are_spread()
    {
        var boxes = Boxes(Square);
        Assert.Multiple(() =>
        {
            Assert.That(boxes.Average(box => (double)box.Rows * box.Columns / (64 * 64)), Is.EqualTo(0.5).Within(0.03));
            Assert.That(boxes.Average(box => Math.Log((double)box.Columns / box.Rows)), Is.EqualTo(0).Within(0.015));
            Assert.That(boxes.Count(box => box.Rows * box.Columns < 0.2 * 64 * 64), Is.InRange(Draws / 10, Draws / 5));
            Assert.That(boxes.Count(box => box.Columns > box.Rows), Is.InRange(Draws * 4 / 10, Draws * 6 / 10));
        });
    }

    [TestCase(64, 64, 0, 0, 64, 64)]
    [TestCase(10, 100, 0, 43, 10, 13)]
    [TestCase(100, 12, 42, 0, 16, 12)]
    public void What_fits_in_no_try_is_the_middle(int rows, int columns, int top, int left, int boxRows, int boxColumns) =>
        Assert.That(ResizedCrop.Middle(new(3, rows, columns)), Is.EqualTo(new ImageBox(top, left, boxRows, boxColumns)));

    [Test]
    public void An_image_so_long_that_nothing_fits_gets_the_middle() =>
        Assert.That(Boxes(new(3, 1, 300)).Distinct(), Is.EqualTo(new[] { ResizedCrop.Middle(new(3, 1, 300)) }));

    [Test]
    public void The_result_is_the_box_resized_and_mirrored()
    {
        var set = Sets.Make(Square, [.. Enumerable.Repeat(0, 40)]);
        var augmentation = new Augmentation(0, Flip: true, 0, ResizedCropSize: 64);
        var mirrored = 0;
        for (var index = 0; index < set.Count; index++)
        {
            var random = new SampleRandom(9, RandomPurpose.Augmentation, 2, (uint)index);
            var resized = new byte[Square.Count];
            BilinearResize.Resize(set.Bytes(index), Square, ResizedCrop.Draw(Square, random, 5), Square, resized);
            var found = new float[Square.Count];
            augmentation.Apply(set.Bytes(index), Square, PixelStatistics.TinyImageNet, random, found);
            var straight = resized.Select(value => value / 255f).ToArray();
            var mirror = straight.Chunk(64).SelectMany(row => row.Reverse()).ToArray();
            Assert.That(found, Is.EqualTo(straight).Or.EqualTo(mirror));
            mirrored += found.SequenceEqual(mirror) ? 1 : 0;
        }

        Assert.That(mirrored, Is.InRange(8, 32));
    }

    [Test]
    public void A_resized_crop_leaves_a_cutout_of_the_mean()
    {
        var set = Sets.Make(Square, 0);
        var found = new float[Square.Count];
        new Augmentation(0, false, CutoutSize: 16, ResizedCropSize: 64)
            .Apply(set.Bytes(0), Square, PixelStatistics.TinyImageNet, new(3, RandomPurpose.Augmentation, 0, 0), found);
        Assert.That(found.Count(value => value == 0.485f), Is.InRange(64, 256));
    }
}
