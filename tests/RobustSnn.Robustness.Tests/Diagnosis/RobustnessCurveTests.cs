using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Tests.Diagnosis;

public sealed class RobustnessCurveTests
{
    private static readonly EnsembleAttack Pgd = AttackCatalogue.Parse("pgd10");

    [Test]
    public void Accuracy_falls_from_that_of_clean_images_to_nothing_as_the_ball_grows()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn);
        var curve = RobustnessCurve.AgainstRadius(sound.Classifier, sound.Samples, Pgd, Norm.Infinity, [0, 0.03f, 0.06f, 0.12f, 1], seed: 1);
        var correct = curve.Points.Select(point => point.Correct).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(correct, Is.Ordered.Descending);
            Assert.That(correct[0], Is.EqualTo(sound.Evaluate("clean").Result!.CleanCorrect));
            Assert.That(correct[2], Is.InRange(1, correct[0] - 1));
            Assert.That(correct[^1], Is.Zero);
            Assert.That(curve.Points.Select(point => point.At), Is.EqualTo(new double[] { 0, 0.03f, 0.06f, 0.12f, 1 }));
        });
    }

    [Test]
    public void A_point_is_what_an_evaluation_says()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn).Evaluate("pgd10");
        var curve = RobustnessCurve.AgainstSteps(sound.Classifier, sound.Samples, "pgd3", [5, 10], sound.Budget, seed: 1);
        Assert.That(curve.Points[1].Accuracy95, Is.EqualTo(sound.Result!.Attacks[0].Accuracy95));
    }

    [Test]
    public void An_attack_that_leaves_the_image_that_fooled_the_network_again_has_not_broken_it()
    {
        using var flawed = new Diagnosed(
            Quadrants.TrainedAnn, flaw: inner => new ByFirstPixel(inner, pixel => pixel is > 0.5f and < 0.53f, _ => 1),
            source: new Quadrants(20, 5).WithFirstPixel(0.45f));
        var budget = Budget.Pixels(0.1f);
        var curve = RobustnessCurve.AgainstRadius(flawed.Classifier, flawed.Samples, Pgd, Norm.Infinity, [budget.Radius], seed: 1);
        using var evaluation = new Evaluation(flawed.Classifier, new EvaluationOptions(0, flawed.Classifier.Batch, Seed: 1, StopsEarly: true));
        var early = evaluation.Run(flawed.Samples, [new AttackInBudget(Pgd, budget)]);
        Assert.Multiple(() =>
        {
            Assert.That(curve.Points[0].Accuracy, Is.EqualTo(1));
            Assert.That(early.Attacks[0].Accuracy, Is.LessThan(0.5));
        });
    }

    [Test]
    public void Void_figures_are_no_accuracy()
    {
        using var flawed = new Diagnosed(backend =>
        {
            var model = Quadrants.TrainedSpiking(backend);
            model.Parameters["features.4.weight"].Value.Upload([float.NaN]);
            return model;
        }, timesteps: 4);
        var curve = RobustnessCurve.AgainstSteps(flawed.Classifier, flawed.Samples, "pgd1", [1, 2], flawed.Budget, seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(curve.Points.Select(point => point.Accuracy), Is.All.NaN);
            Assert.That(curve.ToText()[^1], Does.Contain("void"));
        });
    }

    [Test]
    public void Its_text_has_a_column_a_point()
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn, samples: 8);
        var lines = RobustnessCurve.AgainstRadius(sound.Classifier, sound.Samples, Pgd, Norm.Infinity, [8f / 255, 0.5f], seed: 1).ToText();
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Does.Contain("pgd10"));
            Assert.That(lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "8/255", "0.5" }));
            Assert.That(lines[2].Split('%', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(2));
        });
    }

    [TestCase(new float[0])]
    [TestCase(new[] { 0.1f, 0.1f })]
    [TestCase(new[] { 0.2f, 0.1f })]
    [TestCase(new[] { 0.1f, float.NaN })]
    [TestCase(new[] { -0.1f })]
    public void Radii_that_do_not_grow_are_refused(float[] radii)
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn, samples: 8);
        Assert.Throws<BadInputException>(() => RobustnessCurve.AgainstRadius(sound.Classifier, sound.Samples, Pgd, Norm.Infinity, radii, seed: 1));
    }

    [TestCase("pgd10", new int[0])]
    [TestCase("pgd10", new[] { 10, 10 })]
    [TestCase("pgd10", new[] { 0, 10 })]
    [TestCase("square", new[] { 10, 20 }, Description = "has queries")]
    public void Steps_that_are_none_are_refused(string attack, int[] steps)
    {
        using var sound = new Diagnosed(Quadrants.TrainedAnn, samples: 8);
        Assert.Throws<BadInputException>(() => RobustnessCurve.AgainstSteps(sound.Classifier, sound.Samples, attack, steps, sound.Budget, seed: 1));
    }

    [TestCase(Norm.Infinity, 0.25f, new[] { 0.25f, 0.5f, 1 })]
    [TestCase(Norm.Infinity, 0.3f, new[] { 0.3f, 0.6f, 1 })]
    [TestCase(Norm.Infinity, 1f, new[] { 1f })]
    [TestCase(Norm.Euclidean, 2f, new[] { 2f, 4, 8, 10 })]
    public void Radii_double_up_to_the_one_in_which_every_image_is(Norm norm, float radius, float[] expected) =>
        Assert.That(RobustnessCurve.Doublings(new Budget(norm, radius), 100), Is.EqualTo(expected));

    [Test]
    public void Nothing_does_not_double() => Assert.Throws<BadInputException>(() => RobustnessCurve.Doublings(Budget.Pixels(0), 100));
}
