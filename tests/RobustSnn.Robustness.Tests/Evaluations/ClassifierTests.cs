using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Evaluations;

public sealed class ClassifierTests
{
    [TestCase(0)]
    [TestCase(4)]
    public void The_pass_with_a_gradient_gives_the_same_logits(int timesteps)
    {
        using var small = new SmallAttack(timesteps);
        var inference = small.Classifier.Logits(small.Batch.Clean, 6).ToArray();
        Assert.That(small.Classifier.Forward(small.Batch.Clean, 6, GradientEstimator.Rate).ToArray(), Is.EqualTo(inference).Within(1e-5));
    }

    [Test]
    public void The_activation_pass_is_that_of_the_T_0_network()
    {
        using var spiking = new SmallAttack(4);
        using var plain = new Classifier(spiking.Classifier.Model, 6, 0);
        var expected = plain.Logits(spiking.Batch.Clean, 6).ToArray();
        var found = spiking.Classifier.Forward(spiking.Batch.Clean, 6, GradientEstimator.Activation).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(found, Is.EqualTo(expected).Within(1e-5));
            Assert.That(found, Is.Not.EqualTo(spiking.Classifier.Logits(spiking.Batch.Clean, 6).ToArray()).Within(1e-3));
        });
    }

    [TestCase(0)]
    [TestCase(4)]
    public void Fewer_samples_than_the_batch_have_the_same_logits(int timesteps)
    {
        using var small = new SmallAttack(timesteps);
        var all = small.Classifier.Logits(small.Batch.Clean, 6).ToArray(4 * Small.Classes);
        Assert.That(small.Classifier.Logits(small.Batch.Clean, 4).ToArray(4 * Small.Classes), Is.EqualTo(all));
    }

    [TestCase(0)]
    [TestCase(7)]
    public void Samples_beyond_the_batch_are_refused(int samples)
    {
        using var small = new SmallAttack(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => small.Classifier.Logits(small.Batch.Clean, samples));
    }

    [TestCase("bptt.PCW.1.0")]
    [TestCase("bptr")]
    [TestCase("act")]
    [TestCase("bptt.PDSG")]
    [TestCase("rga")]
    [TestCase("hart")]
    public void On_an_ANN_every_estimator_is_the_slope_of_the_summed_loss(string estimator)
    {
        using var small = new SmallAttack(0);
        var parsed = GradientEstimators.Parse(estimator);
        var gradient = small.Batch
            .LossGradient(small.Batch.Clean, LogitLoss.CrossEntropy, null, parsed).ToArray(small.Images.Length);
        var square = gradient.Sum(slope => (double)slope * slope);
        var step = 0.01 / Math.Sqrt(square);
        using var moved = small.Batch.Backend.Allocate(small.Images.Length);

        double LossAt(double distance)
        {
            moved.Upload([.. small.Images.Zip(gradient, (pixel, slope) => (float)(pixel + distance * slope))]);
            return small.LossesAt(moved, LogitLoss.CrossEntropy).Sum(loss => (double)loss);
        }

        Assert.That((LossAt(step) - LossAt(-step)) / (2 * step), Is.EqualTo(square).Within(2).Percent);
    }
}
