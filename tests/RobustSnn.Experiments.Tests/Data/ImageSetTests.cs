using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ImageSetTests
{
    private static readonly Shape Small = new(2, 1, 2);

    private static readonly ImageSet Set =
        new("set", Small, ["a", "b"], [0, 255, 51, 102, 1, 2, 3, 4, 10, 20, 30, 40], [1, 0, 1]);

    [Test]
    public void Tells_its_shape_and_classes() => Assert.Multiple(() =>
    {
        Assert.That(Set.Name, Is.EqualTo("set"));
        Assert.That((Set.Channels, Set.Rows, Set.Columns), Is.EqualTo((2, 1, 2)));
        Assert.That(Set.Classes, Is.EqualTo(2));
        Assert.That(Set.ClassNames, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Set.Count, Is.EqualTo(3));
        Assert.That(Set.Labels.ToArray(), Is.EqualTo(new[] { 1, 0, 1 }));
    });

    [Test]
    public void An_image_is_its_bytes_over_255()
    {
        var image = new float[4];
        Set.CopyImage(0, image);
        Assert.That(image, Is.EqualTo(new[] { 0f, 1f, 0.2f, 0.4f }));
    }

    [Test]
    public void A_batch_follows_the_order_of_its_indices()
    {
        var images = new float[8];
        var labels = new int[2];
        Set.CopyImages([2, 1], images);
        Set.CopyLabels([2, 1], labels);
        Assert.Multiple(() =>
        {
            Assert.That(images, Is.EqualTo(new[] { 10, 20, 30, 40, 1, 2, 3, 4 }.Select(value => value / 255f)));
            Assert.That(labels, Is.EqualTo(new[] { 1, 0 }));
        });
    }

    [TestCase(-1)]
    [TestCase(3)]
    public void There_is_no_image_outside(int index) => Assert.Multiple(() =>
    {
        Assert.That(() => Set.CopyImage(index, new float[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Set.CopyLabels([index], new int[1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Set.CopyImages([index], new float[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    });

    [TestCase(3)]
    [TestCase(5)]
    public void A_destination_of_another_length_is_refused(int length) => Assert.Multiple(() =>
    {
        Assert.That(() => Set.CopyImage(0, new float[length]), Throws.ArgumentException.With.Message.Contains($"holds {length}"));
        Assert.That(() => Set.CopyImages([0], new float[length]), Throws.ArgumentException.With.Message.Contains($"holds {length}"));
        Assert.That(() => Set.CopyLabels([0], new int[length]), Throws.ArgumentException.With.Message.Contains($"holds {length}"));
    });

    [Test]
    public void Too_few_pixels_are_refused() => Assert.That(
        () => new ImageSet("x", Small, ["a"], [1, 2, 3], [0]), Throws.ArgumentException.With.Message.Contains("4 pixel bytes, found 3"));

    [TestCase(2)]
    [TestCase(-1)]
    public void A_label_that_is_no_class_is_refused(int label) => Assert.That(
        () => new ImageSet("x", Small, ["a", "b"], [1, 2, 3, 4, 5, 6, 7, 8], [0, label]),
        Throws.ArgumentException.With.Message.Contains($"image 1 has label {label}, expected 0 … 1"));

    [Test]
    public void No_images_are_refused() =>
        Assert.That(() => new ImageSet("x", Small, ["a"], [], []), Throws.ArgumentException.With.Message.Contains("no images"));

    [Test]
    public void No_classes_are_refused() =>
        Assert.That(() => new ImageSet("x", Small, [], [1, 2, 3, 4], [0]), Throws.ArgumentException.With.Message.Contains("no classes"));

    [Test]
    public void An_empty_shape_is_refused() =>
        Assert.That(() => new ImageSet("x", new Shape(3, 0, 2), ["a"], [], [0]), Throws.ArgumentException.With.Message.Contains("at least 1"));
}
