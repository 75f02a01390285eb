using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Conformance;

/// <summary>Checks of threshold balancing over the mini-batches that the case gives.</summary>
internal sealed class BalancingChecks(GoldenCase golden, CaseNetwork network, Expectations expected)
{
    private const double Tolerance = 1e-3;

    /// <summary>Every threshold, relative to itself.</summary>
    /// <param name="name">Of the tensors: name.x and name.thresholds.</param>
    public Finding Thresholds(string name, BalancingLoop loop)
    {
        using var model = network.Load();
        var images = golden.Tensor(name + ".x");
        var size = images.Values.Length / images.Dimensions[0];
        var found = ThresholdBalancing.Run(
            model, [.. images.Values.Chunk(size)], new BalancingOptions(golden.BalancingTimesteps, Loop: loop));
        float[] thresholds = [.. found.Select(layer => layer.Value)];
        return new Finding(
            Deviation.RelativeOfEach(thresholds, expected.Of(name + ".thresholds", thresholds)), Tolerance, $"{thresholds.Length} thresholds, relative");
    }
}
