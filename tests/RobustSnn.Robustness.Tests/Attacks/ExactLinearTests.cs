using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>Attacks on linear classifiers, of which everything is known: neither more than is there may be found, nor much less.</summary>
public sealed class ExactLinearTests
{
    private const int Samples = 8;

    private static IEnumerable<TestCaseData> Problems() =>
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        from seed in Enumerable.Range(1, 5)
        select new TestCaseData(norm, seed);

    [TestCaseSource(nameof(Problems))]
    public void FAB_finds_the_smallest_distance(Norm norm, int seed)
    {
        using var network = Network(4, seed);
        var found = Distances(network, new Fab(new FabOptions(FabOptions.UsualSteps)), norm);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                var exact = ExactLinear.SmallestDistance(network, norm, sample);
                Assert.That(found[sample], Is.InRange(0.9999 * exact - 1e-6, 1.05 * exact), $"sample {sample}");
            }
        });
    }

    [TestCaseSource(nameof(Problems))]
    public void FABs_targets_together_find_it_too(Norm norm, int seed)
    {
        using var network = Network(4, seed);
        var found = Distances(network, new FabTargeted(new FabTargetedOptions(FabOptions.UsualSteps)), norm);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                var exact = ExactLinear.SmallestDistance(network, norm, sample);
                Assert.That(found[sample], Is.InRange(0.9999 * exact - 1e-6, 1.05 * exact), $"sample {sample}");
            }
        });
    }

    private static IEnumerable<TestCaseData> GradientProblems() =>
        from name in new[] { "pgd40", "apgd-ce(steps=40)", "sa-pgd" }
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        where AttackCatalogue.Parse(name).Members[0].Attack.Takes(norm)
        from seed in Enumerable.Range(1, 5)
        select new TestCaseData(name, norm, seed);

    /// <summary>With two classes, at a radius that breaks nobody: an image that fooled the network would be taken although a worse one is there.</summary>
    [TestCaseSource(nameof(GradientProblems))]
    public void Attacks_along_gradients_find_the_worst_image_of_the_ball(string name, Norm norm, int seed)
    {
        // Steps of PGD in L2 are brought into the ball and then into [0,1], which is not the nearest point of both; APGD's momentum gets there.
        // SA-PGD's steps are not of one length: where a gradient is small, so are they.
        var share = name.StartsWith("pgd", StringComparison.Ordinal) && norm == Norm.Euclidean ? 0.04 : name == "sa-pgd" ? 0.1 : 1e-4;
        using var network = Network(2, seed);
        var budget = new Budget(norm, (float)(0.9 * Exact(network, norm).Min()));
        RunTests.Parse(name).Run(network.Batch, ExactNetwork.Settings(norm, budget.Radius));
        Assert.Multiple(() =>
        {
            foreach (var (sample, found) in Margins(network).Index())
            {
                var worst = ExactLinear.WorstMargin(network, budget, sample);
                var all = network.Margin(network.Image(sample), network.Labels[sample]) - worst;
                Assert.That(found, Is.InRange(worst - 1e-5, worst + share * all + 1e-5), $"sample {sample}");
            }
        });
    }

    /// <summary>
    /// In L∞ one pixel after the other comes to its place. In L2 its windows have two smooth peaks of at least 3 pixels, which weights that are drawn
    /// pixel by pixel do not follow: the authors' code leaves 28 to 39 % of the way on such problems. It begins no window in the last row or column.
    /// </summary>
    [TestCaseSource(nameof(Problems))]
    public void Square_comes_near_the_worst_image_of_the_ball(Norm norm, int seed)
    {
        using var network = new ExactNetwork(new Shape(1, 8, 8), 2, hidden: 0, Samples, seed, blindEdge: true);
        var budget = new Budget(norm, (float)(0.9 * Exact(network, norm).Min()));
        var run = (SquareRun)new Square(new SquareOptions(5000)).Begin(network.Batch, ExactNetwork.Settings(norm, budget.Radius), 0);
        var found = Driven(network, run).Outcome.Margins;
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                var worst = ExactLinear.WorstMargin(network, budget, sample);
                var all = network.Margin(network.Image(sample), network.Labels[sample]) - worst;
                Assert.That(found[sample], Is.InRange(worst - 1e-5, worst + (norm == Norm.Infinity ? 1e-3 : 0.45) * all), $"sample {sample}");
            }
        });
    }

    /// <summary>Cross-entropy of more than two classes has several hills even here, so that its attacks get two.</summary>
    private static IEnumerable<TestCaseData> AllAttacks() =>
        from attack in new (string Name, int Classes)[]
        {
            ("pgd40", 2), ("apgd-ce(steps=40)", 2), ("apgd-t(steps=40)", 4), ("fab", 4), ("fab-t", 4), ("fab", 2), ("square(queries=1000)", 2),
        }
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        from seed in new[] { 6, 7 }
        select new TestCaseData(attack.Name, attack.Classes, norm, seed);

    [TestCaseSource(nameof(AllAttacks))]
    public void Nothing_is_broken_in_a_ball_that_holds_nothing_wrong(string name, int classes, Norm norm, int seed)
    {
        using var network = Network(classes, seed);
        RunTests.Parse(name).Run(network.Batch, ExactNetwork.Settings(norm, (float)(0.999 * Exact(network, norm).Min())));
        Assert.That(network.Broken(), Is.All.False);
    }

    private static IEnumerable<TestCaseData> NearlyExactAttacks() =>
        AllAttacks().Where(each => each.Arguments[0] is string name && !name.StartsWith("square", StringComparison.Ordinal));

    [TestCaseSource(nameof(NearlyExactAttacks))]
    public void Who_can_be_broken_in_a_slightly_larger_ball_is_broken(string name, int classes, Norm norm, int seed)
    {
        using var network = Network(classes, seed);
        foreach (var (sample, exact) in Exact(network, norm).Index())
        {
            network.Batch.Load(Array.ConvertAll(network.Image(sample), pixel => (float)pixel), [network.Labels[sample]], [sample]);
            RunTests.Parse(name).Run(network.Batch, ExactNetwork.Settings(norm, (float)(1.05 * exact)));
            var wrong = new bool[1];
            network.Batch.MarkWrong(network.Classifier.Logits(network.Batch.Adversarial, 1), wrong);
            Assert.That(wrong[0], $"sample {sample}");
        }
    }

    private static ExactNetwork Network(int classes, int seed) => new(new Shape(2, 4, 4), classes, hidden: 0, Samples, seed);

    private static double[] Exact(ExactNetwork network, Norm norm) =>
        [.. Enumerable.Range(0, Samples).Select(sample => ExactLinear.SmallestDistance(network, norm, sample))];

    private static IEnumerable<double> Margins(ExactNetwork network)
    {
        var images = network.Batch.DownloadAdversarial().ToArray().Chunk(network.Classifier.PixelCount);
        return images.Select((image, sample) => network.Margin(Array.ConvertAll(image, pixel => (double)pixel), network.Labels[sample]));
    }

    /// <summary>Of each sample, the smallest of all rounds.</summary>
    private static double[] Distances(ExactNetwork network, IAttack attack, Norm norm)
    {
        var samples = new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]);
        var rounds = Enumerable.Range(0, attack.Rounds(network.Classifier))
            .Select(round => DrivenRun.Together(attack, network.Batch, ExactNetwork.Settings(norm, 1), samples, round).Distances).ToArray();
        return [.. Enumerable.Range(0, Samples).Select(sample => rounds.Min(round => round[sample]))];
    }

    private static SquareRun Driven(ExactNetwork network, SquareRun run)
    {
        var samples = new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]);
        DrivenRun.ToTheEnd(run, network.Batch, samples);
        return run;
    }
}
