using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class FabTests
{
    private const int Samples = 10;

    /// <summary>
    /// What the authors' public code (AutoAttack, commit a392200) finds in 100 steps from the clean images on the same networks and images, in
    /// float32; a target is counted from the likeliest class after the label. The search along the line, which it does not have, comes afterwards.
    /// </summary>
    private static IEnumerable<TestCaseData> Published()
    {
        yield return new TestCaseData("fab", Norm.Infinity, 0, 1, new[] { 0.01941, 0.05133, 0.02797, 0.00225, 0.01557, 0.04631, 0.01569, 0.05327, 0.00207, 0.02298 });
        yield return new TestCaseData("fab-t", Norm.Infinity, 0, 1, new[] { 0.01963, 0.05133, 0.02797, 0.00225, 0.01557, 0.04631, 0.01569, 0.05327, 0.00207, 0.02298 });
        yield return new TestCaseData("fab-t", Norm.Infinity, 1, 1, new[] { 0.01941, 0.07557, 0.02859, 0.01016, 0.07145, 0.0447, 0.0312, 0.05954, 0.01303, 0.02743 });
        yield return new TestCaseData("fab-t", Norm.Infinity, 2, 1, new[] { 0.02087, 0.08162, 0.04771, 0.01085, 0.05784, 0.0733, 0.03644, 0.07011, 0.02195, 0.05303 });
        yield return new TestCaseData("fab", Norm.Euclidean, 0, 1, new[] { 0.10322, 0.27557, 0.16004, 0.01264, 0.08749, 0.25554, 0.08746, 0.30513, 0.01158, 0.13008 });
        yield return new TestCaseData("fab-t", Norm.Euclidean, 0, 1, new[] { 0.11452, 0.27557, 0.16004, 0.01264, 0.08749, 0.25554, 0.08746, 0.30513, 0.01158, 0.13008 });
        yield return new TestCaseData("fab-t", Norm.Euclidean, 1, 1, new[] { 0.10322, 0.43777, 0.1612, 0.05771, 0.40416, 0.24671, 0.16234, 0.33848, 0.07393, 0.15938 });
        yield return new TestCaseData("fab-t", Norm.Euclidean, 2, 1, new[] { 0.12077, 0.44968, 0.26277, 0.06202, 0.32949, 0.41246, 0.19786, 0.37921, 0.12485, 0.30786 });
        yield return new TestCaseData("fab", Norm.Infinity, 0, 2, new[] { 0.02676, 0.00749, 0.00368, 0.01298, 0.00773, 0.01159, 0.03105, 0.00148, 0.00623, 0.01986 });
        yield return new TestCaseData("fab-t", Norm.Infinity, 1, 2, new[] { 0.02884, 0.01199, 0.01402, 0.03623, 0.03448, 0.02048, 0.048, 0.00785, 0.02281, 0.0303 });
        yield return new TestCaseData("fab", Norm.Euclidean, 0, 2, new[] { 0.14576, 0.03945, 0.01967, 0.0696, 0.04236, 0.06263, 0.16327, 0.00874, 0.03452, 0.10695 });
        yield return new TestCaseData("fab-t", Norm.Euclidean, 2, 2, new[] { 0.16423, 0.24403, 0.12409, 0.22804, 0.2964, 0.26795, 0.29077, 0.14046, 0.13067, 0.22132 });
    }

    [TestCaseSource(nameof(Published))]
    public void It_finds_what_the_authors_code_finds(string name, Norm norm, int round, int seed, double[] published)
    {
        using var network = new ExactNetwork(new Shape(3, 4, 4), 4, hidden: 32, Samples, seed);
        var run = (FabRun)RunTests.Parse(name).Begin(network.Batch, ExactNetwork.Settings(norm, 0.1f), round);
        DrivenRun.Enter(run, network.Batch, Drawn(network));
        for (var step = 0; step < FabOptions.UsualSteps; step++)
        {
            run.Step([.. Enumerable.Repeat(step, Samples)]);
        }

        Assert.That(run.Distances.ToArray(), Is.EqualTo(published).Within(2e-5));
    }

    [Test]
    public void The_search_at_its_end_only_comes_nearer([Values] Norm norm)
    {
        using var network = new ExactNetwork(new Shape(3, 4, 4), 4, hidden: 32, Samples, seed: 1);
        var run = (FabRun)RunTests.Parse("fab").Begin(network.Batch, ExactNetwork.Settings(norm, 0.1f), 0);
        DrivenRun.Enter(run, network.Batch, Drawn(network));
        double[] before = [];
        for (var step = 0; step < run.Steps; step++)
        {
            before = step == FabOptions.UsualSteps ? run.Distances.ToArray() : before;
            run.Step([.. Enumerable.Repeat(step, Samples)]);
        }

        var nearer = run.Distances.ToArray().Zip(before, (after, each) => after / each).ToArray();
        Assert.That(nearer, Is.All.LessThanOrEqualTo(1).And.Some.LessThan(0.999));
        Assert.That(nearer, Is.All.GreaterThan(0.9), "the steps before had come near the boundary already");
    }

    [TestCase("fab", 4)]
    [TestCase("fab-t", 4)]
    [TestCase("fab", 0)]
    public void Distances_are_of_images_that_the_network_gets_wrong(string name, int timesteps)
    {
        using var small = new SmallAttack(timesteps, Samples);
        var samples = new Samples(small.Classifier, small.Images, small.Labels, [.. Enumerable.Range(0, Samples)]);
        var settings = SmallAttack.Settings(GradientEstimator.Default) with { Budget = Budget.Pixels(1) }; // whatever it finds is in the ball
        var outcome = DrivenRun.Together(RunTests.Parse(name), small.Batch, settings, samples);
        for (var sample = 0; sample < Samples; sample++)
        {
            var distance = outcome.Images[sample].Zip(samples.Image(sample), (after, before) => Math.Abs((double)after - before)).Max();
            Assert.That(distance, Is.EqualTo(outcome.Broken[sample] ? outcome.Distances[sample] : 0));
            Assert.That(double.IsFinite(outcome.Distances[sample]), Is.EqualTo(outcome.Broken[sample]));
        }

        Assert.That(outcome.Broken, Has.Some.True);
    }

    /// <summary>What a step of the network with T = 0 says is for nobody to decide by.</summary>
    [TestCase("act")]
    [TestCase("bptr")]
    public void It_is_judged_by_the_network_as_deployed(string estimator)
    {
        using var small = new SmallAttack(4, Samples);
        var settings = SmallAttack.Settings(GradientEstimators.Parse(estimator)) with { Budget = Budget.Pixels(0.05f) };
        var images = small.Run(new Fab(new FabOptions(20)), settings);
        var wrong = new bool[Samples];
        small.Batch.MarkWrong(small.Classifier.Logits(small.Batch.Adversarial, Samples), wrong);
        var moved = Enumerable.Range(0, Samples).Select(sample => !images.AsSpan(sample * Small.PixelCount, Small.PixelCount)
            .SequenceEqual(small.Images.AsSpan(sample * Small.PixelCount, Small.PixelCount)));
        Assert.That(wrong, Is.EqualTo(moved).And.Some.True);
    }

    [Test]
    public void A_restart_finds_something_else_and_another_key_too()
    {
        using var small = new SmallAttack(4, Samples);
        var samples = new Samples(small.Classifier, small.Images, small.Labels, [.. Enumerable.Range(0, Samples)]);
        var (attack, settings) = (new Fab(new FabOptions(10, Restarts: 2)), SmallAttack.Settings(GradientEstimator.Default));
        var first = DrivenRun.Together(attack, small.Batch, settings, samples, 0).Distances;
        var second = DrivenRun.Together(attack, small.Batch, settings, samples, 1).Distances;
        var other = DrivenRun.Together(attack, small.Batch, SmallAttack.Settings(GradientEstimator.Default, 2), samples, 1).Distances;
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(second));
    }

    [TestCase("fab")]
    [TestCase("fab-t")]
    public void Where_no_gradient_is_a_number_it_stands_still(string name)
    {
        using var network = new ExactNetwork(new Shape(1, 2, 2), 2, hidden: 0, Samples, seed: 1);
        network.Spoil();
        network.Batch.WatchGradients();
        var run = (FabRun)RunTests.Parse(name).Begin(network.Batch, ExactNetwork.Settings(Norm.Infinity, 1), 0);
        DrivenRun.ToTheEnd(run, network.Batch, Drawn(network));
        Assert.That(network.Batch.NotFiniteGradients, Is.EqualTo(Samples));
        Assert.That(network.Batch.NotFiniteLogits, Is.Zero);
        Assert.That(run.Distances.ToArray(), Is.All.EqualTo(double.PositiveInfinity));
        Assert.That(network.Batch.DownloadAdversarial().ToArray(), Is.EqualTo(network.Images));
    }

    [TestCase("fab")]
    [TestCase("fab-t")]
    public void One_class_is_refused(string name)
    {
        using var network = new ExactNetwork(new Shape(1, 2, 2), 1, hidden: 0, Samples, seed: 1);
        Assert.That(() => RunTests.Parse(name).Begin(network.Batch, ExactNetwork.Settings(Norm.Infinity, 1), 0),
            Throws.TypeOf<BadInputException>().With.Message.Contains("2 classes"));
    }

    private static Samples Drawn(ExactNetwork network) => new(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]);
}
