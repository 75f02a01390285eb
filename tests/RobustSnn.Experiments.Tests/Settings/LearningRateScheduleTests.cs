using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Tests.Settings;

[TestFixture]
public sealed class LearningRateScheduleTests
{
    private static readonly AnnTrainingSettings Training = Presets.Read("p2-cifar10-vgg16").Pretrain;

    [TestCase(0, 100, 0.1)]
    [TestCase(50, 100, 0.05)]
    [TestCase(25, 100, 0.085355339059327376)]
    [TestCase(99, 100, 2.467198171342e-5)]
    [TestCase(0, 1, 0.1)]
    public void Cosine(int epoch, int total, double expected) =>
        Assert.That(LearningRateSchedule.At(Training, epoch, total), Is.EqualTo(expected).Within(1e-14));

    [TestCase(0)]
    [TestCase(99)]
    public void Constant(int epoch) =>
        Assert.That(LearningRateSchedule.At(Training with { Schedule = Schedule.Constant }, epoch, 100), Is.EqualTo(0.1));

    [TestCase(-1, 10)]
    [TestCase(10, 10)]
    [TestCase(0, 0)]
    public void An_epoch_outside_is_refused(int epoch, int total) =>
        Assert.That(() => LearningRateSchedule.At(Training, epoch, total), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
