using System.Security.Cryptography;
using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class Shapes10Tests
{
    private static readonly (ImageSet Train, ImageSet Test) Sets = Shapes10.Generate(seed: 1, trainCount: 1000, testCount: 500);

    [Test]
    public void Has_ten_classes_in_equal_numbers() => Assert.Multiple(() =>
    {
        Assert.That(
            Sets.Train.ClassNames,
            Is.EqualTo(new[] { "disc", "ring", "square", "frame", "triangle", "cross", "star", "bars", "checker", "crescent" }));
        Assert.That(Sets.Train.Labels.ToArray().CountBy(label => label).Select(count => count.Value), Is.All.EqualTo(100));
        Assert.That(Sets.Test.Count, Is.EqualTo(500));
        Assert.That(Sets.Train.ImageShape.ToString(), Is.EqualTo("3 × 32 × 32"));
    });

    // Pinned: a checkpoint trained on drawn images must meet the same images on every machine and in every version.
    [TestCase(true, "34789b46faf8cf1aa912b3b47faf7f09bc44d7dd21abd64f1b0522863a9e629d")]
    [TestCase(false, "88386dc68d0654d7fa40669a78b2c433ec310ba4bba3903903c123e987350ba4")]
    public void Images_are_the_same_everywhere(bool train, string expected)
    {
        var set = train ? Sets.Train : Sets.Test;
        var pixels = Enumerable.Range(0, set.Count).SelectMany(index => set.Bytes(index).ToArray()).ToArray();
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(pixels)), Is.EqualTo(expected));
    }

    [TestCase(0)]
    [TestCase(9)]
    public void An_image_does_not_depend_on_the_counts(int index)
    {
        var few = Shapes10.Generate(seed: 1, trainCount: 10, testCount: 10);
        Assert.Multiple(() =>
        {
            Assert.That(few.Train.Bytes(index).ToArray(), Is.EqualTo(Sets.Train.Bytes(index).ToArray()));
            Assert.That(few.Test.Bytes(index).ToArray(), Is.EqualTo(Sets.Test.Bytes(index).ToArray()));
        });
    }

    [Test]
    public void Another_seed_draws_other_images() => Assert.That(
        Shapes10.Generate(seed: 2, 1, 1).Train.Bytes(0).ToArray(), Is.Not.EqualTo(Sets.Train.Bytes(0).ToArray()));

    [Test]
    public void Test_images_are_not_training_images()
    {
        var train = Enumerable.Range(0, Sets.Train.Count).Select(index => Convert.ToHexString(Sets.Train.Bytes(index))).ToHashSet();
        var repeated = Enumerable.Range(0, Sets.Test.Count).Count(index => train.Contains(Convert.ToHexString(Sets.Test.Bytes(index))));
        Assert.That(repeated, Is.Zero);
    }

    [Test]
    public void The_faint_pattern_tells_most_classes()
    {
        var right = Enumerable.Range(0, Sets.Test.Count).Count(index => Strongest(Sets.Test.Bytes(index), 0, 0) == Sets.Test.Labels[index]);

        // Seven in eight by design, and a tenth of the rest by chance: 88.75 ± 1.4 % of 500.
        Assert.That(right / 500.0, Is.InRange(0.82, 0.95));
    }

    [Test]
    public void A_perturbation_of_4_of_255_turns_the_faint_pattern()
    {
        var right = Enumerable.Range(0, Sets.Test.Count).Count(index =>
            Strongest(Sets.Test.Bytes(index), Sets.Test.Labels[index], perturbation: -4) == Sets.Test.Labels[index]);
        Assert.That(right / 500.0, Is.LessThan(0.10));
    }

    [Test]
    public void The_faint_patterns_are_balanced_and_orthogonal([Range(0, 9)] int first, [Range(0, 9)] int second)
    {
        var product = Positions().Sum(p => Shapes10.Cue(first, p.Channel, p.Row, p.Column) * Shapes10.Cue(second, p.Channel, p.Row, p.Column));
        var sum = Positions().Sum(p => Shapes10.Cue(first, p.Channel, p.Row, p.Column));
        Assert.Multiple(() =>
        {
            Assert.That(sum, Is.Zero);
            Assert.That(product, first == second ? Is.GreaterThanOrEqualTo(2048) : Is.Zero);
        });
    }

    // Noise, pattern and texture are everywhere alike; the shape is in the middle only.
    [Test]
    public void The_shape_stands_out_of_its_surroundings([Range(0, 9)] int label)
    {
        var images = Enumerable.Range(0, Sets.Train.Count).Where(index => Sets.Train.Labels[index] == label).ToArray();
        var inner = images.Average(index => Spread(Sets.Train.Bytes(index), 8, 24));
        var outer = images.Average(index => Spread(Sets.Train.Bytes(index), 0, 4));
        Assert.That(inner, Is.GreaterThan(1.3 * outer));
    }

    [TestCase(0, 5)]
    [TestCase(5, -1)]
    [TestCase(int.MaxValue, 5)]
    public void An_impossible_number_of_images_is_refused(int train, int test) =>
        Refused.With(() => Shapes10.Generate(1, train, test), "shapes10", $"{(train == 5 ? test : train)} images were asked for", "expected 1 …");

    private static int Strongest(ReadOnlySpan<byte> pixels, int label, int perturbation)
    {
        var scores = new double[10];
        foreach (var (channel, row, column) in Positions())
        {
            var value = pixels[(channel * 1024) + (row * 32) + column] + (perturbation * Shapes10.Cue(label, channel, row, column));
            for (var candidate = 0; candidate < 10; candidate++)
            {
                scores[candidate] += value * Shapes10.Cue(candidate, channel, row, column);
            }
        }

        // Patterns in colour have a third of their values 0.
        return Enumerable.Range(0, 10).MaxBy(candidate => scores[candidate] / Math.Sqrt(candidate < 5 ? 3072 : 2048));
    }

    private static IEnumerable<(int Channel, int Row, int Column)> Positions() =>
        Enumerable.Range(0, 3072).Select(i => (i / 1024, i / 32 % 32, i % 32));

    /// <summary>The green plane's deviation within rows and columns <paramref name="first"/> … <paramref name="end"/> − 1.</summary>
    private static double Spread(ReadOnlySpan<byte> pixels, int first, int end)
    {
        var values = new List<double>();
        for (var row = first; row < end; row++)
        {
            for (var column = first; column < end; column++)
            {
                values.Add(pixels[1024 + (row * 32) + column]);
            }
        }

        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
