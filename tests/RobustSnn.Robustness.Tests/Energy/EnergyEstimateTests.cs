using RobustSnn.Robustness.Energy;

namespace RobustSnn.Robustness.Tests.Energy;

/// <summary>Prices of a count that is small enough to price by hand.</summary>
public sealed class EnergyEstimateTests
{
    /// <summary>
    /// A 1 × 1 convolution of a 2 × 2 image (4 connections), its 4 neurons, and a linear layer of which 6 of 8 weights are left; T = 3, 5 spikes, a
    /// weighted sum besides.
    /// </summary>
    private static readonly EnergyResult Counted = new(
        1, 3, 1, [new NeuronLayerEnergy("act", 4, 5, 5 / 12.0, 6, 8, 7, 10, 7.5)],
        [new WeightLayerEnergy("conv", true, 1, 1, 4, 4, 0, 0), new WeightLayerEnergy("linear", false, 8, 6, 6, 8, 4, 7)],
        [new SumEnergy("sum", 2, 4)]);

    private static readonly EnergyAssumptions Prices = new(10, 1, 0.5, 100, 4, 2, "none");

    private static EnergyEstimate Estimate => EnergyEstimate.Of(Counted, Prices);

    [Test]
    public void Arithmetic_is_priced_by_the_operation()
    {
        Assert.Multiple(() =>
        {
            Assert.That((Estimate.Snn.Macs, Estimate.Snn.Accumulates), Is.EqualTo((4, 7 + 2)));
            Assert.That(Estimate.Snn.ArithmeticPicojoules, Is.EqualTo(4 * 10 + 9));
            Assert.That(Estimate.SnnImageEveryStep.ArithmeticPicojoules, Is.EqualTo(3 * 4 * 10 + 9));
            Assert.That((Estimate.Ann.Macs, Estimate.Ann.Accumulates), Is.EqualTo((4 + 6, 4)));
            Assert.That(Estimate.AnnOverSnnArithmetic, Is.EqualTo(104.0 / 49));
        });
    }

    [Test]
    public void Movement_is_priced_by_the_byte()
    {
        // An index goes with each weight of the pruned layer; membranes move 3 times, the spikes of 4 neurons are written once and read once.
        var snn = new MovedBytes(4 * 4 + 7 * (4 + 2), 8 * (4 + 9 + 3 * 4), 4 * 4 + 3 * (4 + 4) / 8.0, 4 + 6 * (4 + 2));
        var ann = new MovedBytes(4 * 4 + 6 * (4 + 2), 8 * (10 + 4), 10 * 4 + 4 * 4, 4 + 6 * (4 + 2));
        Assert.Multiple(() =>
        {
            Assert.That(Estimate.Snn.Moved, Is.EqualTo(snn));
            Assert.That(Estimate.Snn.MovementPicojoules, Is.EqualTo(0.5 * (58 + 200 + 19) + 100 * 40));
            Assert.That(Estimate.Ann.Moved, Is.EqualTo(ann));
            Assert.That(Estimate.AnnOverSnnMovement, Is.EqualTo((0.5 * (52 + 112 + 56) + 4000) / (0.5 * 277 + 4000)));
        });
    }
}
