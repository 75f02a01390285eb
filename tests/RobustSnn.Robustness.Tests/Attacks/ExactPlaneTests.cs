using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>Attacks on networks of two pixels, a layer of ReLU and two or three classes, beside every point of a fine grid over all images.</summary>
public sealed class ExactPlaneTests
{
    private const int GridSteps = 400;
    private const double Resolution = 1.0 / GridSteps;
    private const int Samples = 6;
    private const int Restarts = 10;

    private static IEnumerable<TestCaseData> Problems() =>
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        from seed in Enumerable.Range(1, 6)
        select new TestCaseData(norm, seed);

    [TestCaseSource(nameof(Problems))]
    public void FAB_finds_the_nearest_wrong_image(Norm norm, int seed)
    {
        using var network = Network(3, seed);
        var attack = new Fab(new FabOptions(FabOptions.UsualSteps, Restarts: 5));
        var samples = new Samples(network.Classifier, network.Images, network.Labels, [.. Enumerable.Range(0, Samples)]);
        var rounds = Enumerable.Range(0, 5)
            .Select(round => DrivenRun.Together(attack, network.Batch, ExactNetwork.Settings(norm, 0.3f), samples, round).Distances).ToArray();
        var nearest = Nearest(network, norm);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                Near(rounds.Min(round => round[sample]), nearest[sample], $"sample {sample}");
            }
        });
    }

    private static IEnumerable<TestCaseData> GradientProblems() =>
        from name in new[] { "pgd20", "apgd-ce(steps=20)" }
        from norm in new[] { Norm.Infinity, Norm.Euclidean }
        from seed in Enumerable.Range(1, 4)
        select new TestCaseData(name, norm, seed);

    [TestCaseSource(nameof(GradientProblems))]
    public void Attacks_in_a_ball_break_who_can_be_broken(string name, Norm norm, int seed)
    {
        using var network = Network(2, seed);
        var nearest = Nearest(network, norm);
        var attack = RunTests.Parse(name);
        Assert.Multiple(() =>
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                Near(SmallestRadius(network, attack, norm, sample, 2 * nearest[sample]), nearest[sample], $"sample {sample}");
            }
        });
    }

    private static void Near(double found, double nearest, string sample) =>
        Assert.That(found, Is.InRange(nearest - 1.5 * Resolution, 1.05 * nearest + Resolution), sample);

    private static ExactNetwork Network(int classes, int seed) => new(new Shape(1, 1, 2), classes, hidden: 8, Samples, seed, scale: 2);

    /// <summary>The smallest radius at which one of several runs of an attack breaks a sample, by bisection.</summary>
    private static double SmallestRadius(ExactNetwork network, IAttack attack, Norm norm, int sample, double largest)
    {
        network.Batch.Load(Array.ConvertAll(network.Image(sample), pixel => (float)pixel), [network.Labels[sample]], [sample]);
        var (low, high) = (0.0, largest);
        for (var i = 0; i < 10; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Enumerable.Range(0, Restarts).Any(restart => Breaks(middle, (ulong)restart)) ? (low, middle) : (middle, high);
        }

        return high;

        bool Breaks(double radius, ulong seed)
        {
            attack.Run(network.Batch, ExactNetwork.Settings(norm, (float)radius, seed));
            var wrong = new bool[1];
            network.Batch.MarkWrong(network.Classifier.Logits(network.Batch.Adversarial, 1), wrong);
            return wrong[0];
        }
    }

    /// <summary>Of each sample, the distance of the nearest point of the grid that is another class's.</summary>
    private static double[] Nearest(ExactNetwork network, Norm norm)
    {
        var nearest = Enumerable.Repeat(double.PositiveInfinity, Samples).ToArray();
        double[][] images = [.. Enumerable.Range(0, Samples).Select(network.Image)];
        for (var i = 0; i <= GridSteps; i++)
        {
            for (var j = 0; j <= GridSteps; j++)
            {
                double[] point = [i * Resolution, j * Resolution];
                var logits = network.Logits(point);
                var label = Array.IndexOf(logits, logits.Max());
                for (var sample = 0; sample < Samples; sample++)
                {
                    nearest[sample] = label == network.Labels[sample] ? nearest[sample]
                        : Math.Min(nearest[sample], ExactNetwork.Distance(norm, images[sample], point));
                }
            }
        }

        return nearest;
    }
}
