using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class SquareTests
{
    private const int Samples = 24;
    private const float Radius = 0.03f;

    private static readonly AttackSettings Settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(Radius) };

    [Test]
    public void What_it_moves_fools_the_network_and_the_rest_stays_as_it_was()
    {
        using var small = new SmallAttack(4, Samples);
        var budget = Budget.Pixels(0.003f);
        var images = small.Run(new Square(new SquareOptions(20)), Settings with { Budget = budget });
        BallCheck.Verify("square", small.Images, images, budget, Small.PixelCount);
        var wrong = new bool[Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, Samples), wrong);
        Assert.That(wrong, Has.Some.True.And.Some.False, "some must fall and some stand");
        Assert.That(wrong, Is.EqualTo(Enumerable.Range(0, Samples).Select(sample => !Row(images, sample).SequenceEqual(Row(small.Images, sample)))));
    }

    [Test]
    public void More_queries_never_find_less()
    {
        using var small = new SmallAttack(4, Samples);
        small.Run(new Square(new SquareOptions(1)), Settings);
        var few = small.Batch.Adversarial.ToArray(small.Images.Length);
        small.Run(new Square(new SquareOptions(100)), Settings);
        var many = small.Batch.Adversarial.ToArray(small.Images.Length);
        Assert.That(Fallen(small, many), Is.GreaterThan(Fallen(small, few)));
    }

    [Test]
    public void Stripes_of_epsilon_come_first_and_then_squares_of_twice_that()
    {
        using var small = new SmallAttack(4, samples: 1, threshold: 100f); // nothing fires: every image has the same margin, and nothing is taken
        var draws = new GivenDraws(row: 2, column: 3);
        var outcome = new Square(new SquareOptions(5)).RunFrom(small.Batch, Settings, draws);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Queries, Is.EqualTo(new[] { 6 }));
            Assert.That(draws.Asked, Is.EqualTo(Enumerable.Range(0, 5).Select(query => (query, 8 - Square.Side(query, 5, small.Classifier.Model.Network.Input)))));
            Assert.That(small.Batch.DownloadAdversarial().ToArray(), Is.EqualTo(small.Images), "nothing fooled it");
        });
    }

    [Test]
    public void Margins_are_those_of_the_images_it_ends_with()
    {
        using var small = new SmallAttack(4, Samples);
        var square = new Square(new SquareOptions(60));
        var draws = new GivenDraws(1, 1);
        var outcome = square.RunFrom(small.Batch, Settings, draws);
        var logits = small.Classifier.Logits(small.Batch.Adversarial, Samples).ToArray(Samples * Small.Classes);
        var fallen = 0;
        for (var sample = 0; sample < Samples; sample++)
        {
            var row = logits.AsSpan(sample * Small.Classes, Small.Classes).ToArray();
            var label = small.Labels[sample];
            var margin = row[label] - row.Where((_, i) => i != label).Max();
            if (margin < 0)
            {
                Assert.That(outcome.Margins[sample], Is.EqualTo(margin));
                fallen++;
            }
            else
            {
                Assert.That(outcome.Margins[sample], Is.InRange(0, margin), "of the best image, not of the clean one");
                Assert.That(outcome.Queries[sample], Is.EqualTo(61));
            }
        }

        Assert.That(fallen, Is.GreaterThan(0));
    }

    [Test]
    public void What_is_wrong_already_is_not_queried()
    {
        using var small = new SmallAttack(4);
        int[] labels = [.. small.Labels];
        labels[2] = (labels[2] + 1) % Small.Classes;
        small.Batch.Load(small.Images, labels, [0, 1, 2, 3, 4, 5]);
        var outcome = new Square(new SquareOptions(3)).RunFrom(small.Batch, Settings, new GivenDraws(0, 0));
        Assert.That(outcome.Queries[2], Is.Zero);
        Assert.That(outcome.Margins[2], Is.LessThan(0));
        Assert.That(outcome.Queries.Where((_, i) => i != 2), Is.All.GreaterThan(0));
    }

    // 32 x 32 images and 5,000 queries: what the authors' schedule gives.
    [TestCase(0, 29)]
    [TestCase(5, 29)]
    [TestCase(6, 20)]
    [TestCase(26, 14)]
    [TestCase(101, 10)]
    [TestCase(251, 7)]
    [TestCase(501, 5)]
    [TestCase(1001, 4)]
    [TestCase(2001, 3)]
    [TestCase(3001, 2)]
    [TestCase(4001, 1)]
    [TestCase(4999, 1)]
    public void Squares_become_smaller(int query, int side) => Assert.That(Square.Side(query, 5000, new Shape(3, 32, 32)), Is.EqualTo(side));

    [Test]
    public void Squares_fit_an_image_that_is_not_square() => Assert.That(Square.Side(0, 10, new Shape(1, 2, 40)), Is.EqualTo(2));

    [Test]
    public void Draws_belong_to_the_sample_and_not_to_its_place()
    {
        using var small = new SmallAttack(4);
        var square = new Square(new SquareOptions(60));
        var settings = Settings with { Budget = Budget.Pixels(0.1f) };
        small.Batch.Load(small.Images, small.Labels, [7, 3, 11, 5, 2, 9]);
        var together = small.Run(square, settings);
        small.Batch.Load(small.Images.AsSpan(2 * Small.PixelCount, 2 * Small.PixelCount), small.Labels.AsSpan(2, 2), [11, 5]);
        Assert.That(small.Run(square, settings), Is.EqualTo(together[(2 * Small.PixelCount)..(4 * Small.PixelCount)]));
        small.Batch.Load(small.Images.AsSpan(2 * Small.PixelCount, 2 * Small.PixelCount), small.Labels.AsSpan(2, 2), [12, 6]);
        Assert.That(small.Run(square, settings), Is.Not.EqualTo(together[(2 * Small.PixelCount)..(4 * Small.PixelCount)]));
    }

    [Test]
    public void It_stops_when_it_is_cancelled()
    {
        using var small = new SmallAttack(4);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var settings = Settings with { Budget = Budget.Pixels(1e-4f), Cancellation = source.Token };
        Assert.Throws<OperationCanceledException>(() => small.Run(new Square(new SquareOptions(int.MaxValue)), settings));
    }

    private static ArraySegment<float> Row(float[] images, int sample) => new(images, sample * Small.PixelCount, Small.PixelCount);

    private static int Fallen(SmallAttack small, float[] images) =>
        Enumerable.Range(0, Samples).Count(sample => !Row(images, sample).SequenceEqual(Row(small.Images, sample)));

    /// <summary>The same square for all, its signs alternating from query to query.</summary>
    private sealed class GivenDraws(int row, int column) : ISquareDraws
    {
        public List<(int Query, int Rows)> Asked { get; } = [];

        public void Stripes(int number, Span<float> signs) => signs.Fill(1);

        public (int Row, int Column) Square(int number, int query, int rows, int columns, Span<float> signs)
        {
            Asked.Add((query, rows));
            signs.Fill(query % 2 == 0 ? -1 : 1);
            return (Math.Min(row, rows - 1), Math.Min(column, columns - 1));
        }
    }
}
