using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using static RobustSnn.Engine.Tests.Reference.HostValues;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>The reference's forward passes on examples small enough to check by hand.</summary>
public static class HandComputedTests
{
    [Test]
    public static void ConvolutionReadsZerosBeyondTheEdge()
    {
        var output = Convolve(ConvolutionGeometry.Convolution(1, 3, 3, 1, kernel: 3, stride: 1, padding: 1),
            weights: [1, 1, 1, 1, 1, 1, 1, 1, 1], input: [1, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.That(output, Is.EqualTo(new[] { 4, 6, 4, 6, 9, 6, 4, 6, 4 }));
    }

    [Test]
    public static void ConvolutionDoesNotFlipItsKernel()
    {
        var output = Convolve(ConvolutionGeometry.Convolution(1, 3, 3, 1, kernel: 3, stride: 1, padding: 1),
            weights: [1, 2, 3, 4, 5, 6, 7, 8, 9], input: [0, 0, 0, 0, 1, 0, 0, 0, 0]);
        Assert.That(output, Is.EqualTo(new[] { 9, 8, 7, 6, 5, 4, 3, 2, 1 }));
    }

    [Test]
    public static void AStrideStartsAtTheTopLeftOutput()
    {
        var output = Convolve(ConvolutionGeometry.Convolution(1, 4, 4, 1, kernel: 1, stride: 2, padding: 0),
            weights: [10], input: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        Assert.That(output, Is.EqualTo(new[] { 10, 30, 90, 110 }));
    }

    [Test]
    public static void ALinearLayerFlattensChannelRowColumn()
    {
        var output = Convolve(ConvolutionGeometry.Linear(2, 1, 2, 2),
            weights: [1, 10, 100, 1000, 0, 0, 0, 1], input: [1, 2, 3, 4]);
        Assert.That(output, Is.EqualTo(new[] { 4321, 4 }));
    }

    private static float[] Convolve(ConvolutionGeometry geometry, float[] weights, float[] input)
    {
        using var connection = Backend.Connect(geometry, Buffer(weights));
        var output = Empty(Shape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns));
        Backend.Convolve(connection, null,
            Activation(Shape(geometry.Inputs, geometry.InputRows, geometry.InputColumns, geometry.Padding), input), output, 1);
        return output.Values();
    }

    /// <summary>Membranes before the reset: 0.5, 1 → 0, 0.5, 1 → …; a membrane that is just the threshold fires.</summary>
    [TestCase("hard", 1.0, 0.5f, "01010101")]
    // 0.75, 1.5 → 0, …
    [TestCase("hard", 1.0, 0.75f, "01010101")]
    // 0.75, 1.5 → 0.5, 1.25 → 0.25, 1 → 0, …
    [TestCase("soft", 1.0, 0.75f, "01110111")]
    // 2 → 1, 3 → 2, …
    [TestCase("soft", 1.0, 2f, "11111111")]
    // 0.75, 0.375 + 0.75 → 0, …
    [TestCase("hard", 0.5, 0.75f, "01010101")]
    // 0.75, 1.125 → 0.125, 0.8125, 1.15625 → 0.15625, …
    [TestCase("soft", 0.5, 0.75f, "01010101")]
    // 0.5, 0.75, 0.875, … never reaches 1
    [TestCase("hard", 0.5, 0.5f, "00000000")]
    public static void ANeuronOfThresholdOneFires(string reset, double leak, float current, string train)
    {
        var shape = Shape(1, 1, 1, timesteps: 8);
        var spikes = Empty(shape);
        Backend.Neuron(new NeuronModel(leak, reset == "hard" ? Reset.Hard : Reset.Soft),
            Activation(shape with { Lanes = shape.Lanes.Static }, current), Buffer(1), null, spikes, 1);
        Assert.That(string.Concat(spikes.Values()), Is.EqualTo(train));
    }

    [Test]
    public static void TheMembraneIsThatBeforeTheReset()
    {
        var shape = Shape(1, 1, 1, timesteps: 4);
        var membrane = Empty(shape);
        Backend.Neuron(new NeuronModel(1, Reset.Soft), Activation(shape, 0.75f, 0.75f, -1, 2), Buffer(1), membrane, Empty(shape), 1);
        Assert.That(membrane.Values(), Is.EqualTo(new[] { 0.75f, 1.5f, -0.5f, 1.5f }));
    }

    [TestCase(1, ExpectedResult = -7f)]
    [TestCase(2, ExpectedResult = -1f)]
    [TestCase(3, ExpectedResult = 2f)]
    [TestCase(4, ExpectedResult = 2f)]
    [TestCase(5, ExpectedResult = 5f)]
    [TestCase(6, ExpectedResult = 9f)]
    public static float KthSmallest(int k) => Backend.KthSmallest(Activation(Shape(3, 1, 1, timesteps: 2), 5, 2, -7, 9, -1, 2), k, 1);

    [TestCase(0)]
    [TestCase(7)]
    public static void KthSmallestRefusesARankThatIsNotThere(int k) =>
        Assert.That(() => KthSmallest(k), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public static void TheVarianceIsTheBiasedOne()
    {
        var (mean, variance) = (Buffer(0, 0), Buffer(0, 0));
        Backend.BatchStatistics(Activation(Shape(2, 1, 2), 1, 3, 10, 16), mean, variance, 1);
        Assert.That(mean.ToArray(), Is.EqualTo(new[] { 2, 13 }));
        Assert.That(variance.ToArray(), Is.EqualTo(new[] { 1, 9 }));
    }

    [Test]
    public static void TheReadoutAveragesOverTime()
    {
        var logits = Buffer(0, 0);
        Backend.Readout(Activation(Shape(2, 1, 1, timesteps: 2), 1, 10, 3, 30), logits, 1);
        Assert.That(logits.ToArray(), Is.EqualTo(new[] { 2, 20 }));
    }

    // −log 1/2
    [TestCase(LogitLoss.CrossEntropy, new[] { 1f, 1f }, null, 0, 0.6931472)]
    // p = (1/4, 3/4), q = (1/2, 1/2): (log 2 + log 2/3)/2
    [TestCase(LogitLoss.KullbackLeibler, new[] { 0f, 1.0986123f }, new[] { 3f, 3f }, 0, 0.1438410)]
    // right: −(3 − 2)/(3 − 1)
    [TestCase(LogitLoss.DifferenceOfLogitsRatio, new[] { 3f, 1f, 0f, 2f }, null, 0, -0.5)]
    // wrong: −(1 − 3)/(3 − 1)
    [TestCase(LogitLoss.DifferenceOfLogitsRatio, new[] { 3f, 1f, 0f, 2f }, null, 1, 1.0)]
    // −log 1/2 − log(1.0001 − 1/2)
    [TestCase(LogitLoss.BoostedCrossEntropy, new[] { 1f, 1f }, null, 0, 1.3860944)]
    // half of the KL above
    [TestCase(LogitLoss.MisclassificationAwareKullbackLeibler, new[] { 0f, 1.0986123f }, new[] { 3f, 3f }, 0, 0.0719205)]
    // target 3, the second largest: −(3 − 2)/(3 − (1 + 0)/2)
    [TestCase(LogitLoss.TargetedDifferenceOfLogitsRatio, new[] { 3f, 1f, 0f, 2f }, null, 0, -0.4)]
    // wrong, target 3: −(1 − 2)/(3 − (1 + 0)/2)
    [TestCase(LogitLoss.TargetedDifferenceOfLogitsRatio, new[] { 3f, 1f, 0f, 2f }, null, 1, 0.4)]
    [TestCase(LogitLoss.TargetLogit, new[] { 3f, 1f, 0f, 2f }, null, 0, 2.0)]
    [TestCase(LogitLoss.LogitDifference, new[] { 3f, 1f, 0f, 2f }, null, 0, -1.0)]
    public static void Loss(LogitLoss loss, float[] logits, float[]? reference, int label, double expected)
    {
        var losses = Buffer(0);
        Backend.LogitLoss(loss, Buffer(logits), reference is null ? null : Buffer(reference), Buffer(label), logits.Length, 1, losses, null, null, 1, Buffer(3));
        Assert.That(losses.ToArray()[0], Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public static void SgdIsPyTorchs()
    {
        var (value, velocity) = (Buffer(1, 1), Buffer(0, 2));
        Backend.SgdStep(value, Buffer(0.5f, 0.5f), velocity, learningRate: 0.5f, momentum: 0.5f, weightDecay: 0.25f);
        Assert.That(velocity.ToArray(), Is.EqualTo(new[] { 0.75f, 1.75f }));
        Assert.That(value.ToArray(), Is.EqualTo(new[] { 0.625f, 0.125f }));
    }

    /// <summary>Three pixels: stays within the ball, leaves it, leaves [0, 1]; and one whose gradient is 0.</summary>
    [TestCase(float.NaN, ExpectedResult = 0.5f)]
    [TestCase(0f, ExpectedResult = 0.5f)]
    [TestCase(-0f, ExpectedResult = 0.5f)]
    [TestCase(float.PositiveInfinity, ExpectedResult = 0.625f)]
    public static float TheSignOfWhatHasNoneIsZero(float gradient)
    {
        var output = Buffer(0);
        Backend.AttackStep(Buffer(0.5f), Buffer(gradient), Buffer(0.5f), Buffer(0.125f), Budget.Pixels(0.25f), output, 1);
        return output.ToArray()[0];
    }

    [Test]
    public static void AStepInL2IsAsLongAsItSaysAndEndsInTheBall()
    {
        var output = Buffer(0, 0);
        Backend.AttackStep(Buffer(0.5f, 0.5f), Buffer(3, 4), Buffer(0.5f, 0.5f), Buffer(0.125f), new Budget(Norm.Euclidean, 0.25f), output, 1);
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.5f + 0.6f * 0.125f, 0.5f + 0.8f * 0.125f }).Within(1e-7f));
        Backend.AttackStep(Buffer(0.5f, 0.5f), Buffer(3, 4), Buffer(0.5f, 0.5f), Buffer(1), new Budget(Norm.Euclidean, 0.25f), output, 1);
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.5f + 0.6f * 0.25f, 0.5f + 0.8f * 0.25f }).Within(1e-7f));
    }

    [Test]
    public static void ASignStepStaysInTheBallAndTheImage()
    {
        var output = Buffer(0, 0, 0, 0);
        Backend.AttackStep(
            Buffer(0.5f, 0.625f, 0.0625f, 0.5f), Buffer(2, 3, -4, 0), Buffer(0.5f, 0.5f, 0.125f, 0.5f), Buffer(0.125f), Budget.Pixels(0.25f), output, 1);
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.625f, 0.75f, 0, 0.5f }));
    }

    /// <summary>z = 0.5 + 0.125; 0.5 + 0.75·0.125 + 0.25·(0.5 − 0.375) = 0.625.</summary>
    [Test]
    public static void AMomentumStepKeepsAQuarterOfTheLastOne()
    {
        var output = Buffer(0);
        Backend.MomentumAttackStep(
            Buffer(0.5f), Buffer(0.375f), Buffer(1), Buffer(0.5f), Buffer(0.125f), Buffer(0.75f), Budget.Pixels(0.25f), output, 1);
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.625f }));
    }

    /// <summary>g = (1, 3): mean|g| = 2, mean(g²) = 5; from 0, m = (0.5, 1.5) and v = (0.2, 1.8), so that m/√v is 1.118 for both: clipped.</summary>
    [Test]
    public static void ANormalisedStepIsAtMostItsLength()
    {
        var (mean, square, output) = (Buffer(0, 0), Buffer(0, 0), Buffer(0, 0));
        Backend.NormalisedAttackStep(Buffer(0.5f, 0.5f), Buffer(1, 3), Buffer(0.5f, 0.5f), Buffer(0.125f), mean, square, 0.25f, output, 1);
        Assert.Multiple(() =>
        {
            Assert.That(mean.ToArray(), Is.EqualTo(new[] { 0.5f, 1.5f }).Within(1e-7f));
            Assert.That(square.ToArray(), Is.EqualTo(new[] { 0.2f, 1.8f }).Within(1e-7f));
            Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.625f, 0.625f }));
        });
    }

    /// <summary>The next step of those images with no gradient: m = (0.25, 0.75), v = (0.16, 1.44), m/√v = 0.625 for both.</summary>
    [Test]
    public static void ANormalisedStepGoesOnByWhatItRemembersWhereThereIsNoGradient()
    {
        var (mean, square, output) = (Buffer(0.5f, 1.5f), Buffer(0.2f, 1.8f), Buffer(0, 0));
        Backend.NormalisedAttackStep(Buffer(0.5f, 0.5f), Buffer(0, 0), Buffer(0.5f, 0.5f), Buffer(0.125f), mean, square, 0.25f, output, 1);
        Assert.That(output.ToArray(), Is.EqualTo(new[] { 0.5f + 0.625f * 0.125f, 0.5f + 0.625f * 0.125f }).Within(1e-7f));
    }
}
