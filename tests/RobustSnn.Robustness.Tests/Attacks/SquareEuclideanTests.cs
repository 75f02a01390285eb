using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>Square in L2.</summary>
public sealed class SquareEuclideanTests
{
    private const int Samples = 12;
    private const float Radius = 0.5f;

    /// <summary>What the authors' public code (AutoAttack, commit a392200) gives for a window of so many pixels a side.</summary>
    [TestCase(3, 0.1360828, 0.6804138, 0.1360828, -0.1290994, -0.1290994, -0.1290994, -0.1290994, -0.6454972, -0.1290994)]
    [TestCase(2, 0.138675, 0.6933753, -0.138675, -0.6933753)]
    [TestCase(5, 0.0491622, 0.159777, 0.159777, 0.159777, 0.0491622, 0.0491622, 0.159777, 0.6022365, 0.159777, 0.0491622, -0.0455901, -0.148168,
        -0.148168, -0.148168, -0.0455901, -0.0455901, -0.148168, -0.5584793, -0.148168, -0.0455901, -0.0455901, -0.148168, -0.148168, -0.148168, -0.0455901)]
    public void A_window_has_the_published_peaks(int side, params double[] published) =>
        Assert.That(SquareWindow.Peaks(side), Is.EqualTo(published).Within(1e-6));

    [Test]
    public void A_window_of_any_side_is_of_length_1([Range(1, 31)] int side)
    {
        var window = SquareWindow.Peaks(side);
        Assert.That(window, Has.Length.EqualTo(side * side));
        Assert.That(window.Sum(each => each * each), Is.EqualTo(1).Within(1e-12));
        Assert.That(window.Take(side / 2 * side), Is.All.Positive);
        Assert.That(window.Skip(side / 2 * side), Is.All.Negative);
    }

    [TestCase(1)]
    [TestCase(40)]
    public void It_uses_the_ball(int queries)
    {
        using var small = new SmallAttack(4, Samples);
        var images = small.Run(new Square(new SquareOptions(queries)), Settings());
        BallCheck.Verify("square", small.Images, images, Settings().Budget, Small.PixelCount);
        var moved = images.Zip(small.Images, (after, before) => ((double)after - before) * (after - before)).Chunk(Small.PixelCount)
            .Select(change => Math.Sqrt(change.Sum())).Where(length => length > 0).ToArray();
        Assert.That(moved, Is.Not.Empty.And.All.InRange(0.9 * Radius, 1.00001 * Radius), "but for what [0,1] cuts off");
    }

    [Test]
    public void Another_key_gives_other_images()
    {
        using var small = new SmallAttack(4, Samples);
        var square = new Square(new SquareOptions(5));
        var first = small.Run(square, Settings());
        Assert.That(small.Run(square, Settings()), Is.EqualTo(first));
        Assert.That(small.Run(square, Settings(2)), Is.Not.EqualTo(first));
    }

    [Test]
    public void More_queries_lower_the_margin()
    {
        // The same queries: how far the squares have shrunk depends on how many there will be.
        using var network = new ExactNetwork(new Shape(3, 8, 8), 3, hidden: 0, Samples, seed: 3, blindEdge: true);
        var run = (SquareRun)new Square(new SquareOptions(400)).Begin(network.Batch, ExactNetwork.Settings(Norm.Euclidean, 0.01f), 0);
        DrivenRun.Enter(run, network.Batch, new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]));
        run.Step(new int[Samples]);
        var first = run.Outcome.Margins;
        for (var step = 1; step < run.Steps; step++)
        {
            run.Step([.. Enumerable.Repeat(step, Samples)]);
        }

        var clean = Enumerable.Range(0, Samples).Select(sample => network.Margin(network.Image(sample), network.Labels[sample]));
        var gained = clean.Zip(first, run.Outcome.Margins).Select(each => (each.First - each.Third) - Math.Max(each.First - each.Second, 0));
        Assert.That(gained, Is.All.GreaterThan(0.0));
    }

    private static AttackSettings Settings(ulong seed = 1) =>
        SmallAttack.Settings(GradientEstimator.Default, seed) with { Budget = new Budget(Norm.Euclidean, Radius) };
}
