using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Which weights scores keep, counted as HYDRA and HARP count them.</summary>
[TestFixture]
public sealed class ScoredWeightsTests
{
    private static readonly float[] Scores = [3, -1, 2, 0.5f, -4, 1, 1, -1, 0, 5];

    [TestCase(1.0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]
    [TestCase(0.4, 0, 2, 4, 9)]
    [TestCase(0.11, 4, 9)] // 8.9 are left out: 8
    [TestCase(0.01, 9)]
    public void The_largest_magnitudes_are_kept(double keep, params int[] kept) => Assert.That(Kept(keep, null), Is.EqualTo(kept));

    [TestCase(0.5, 0, 2, 4, 7, 9)]
    [TestCase(0.6, 0, 2, 4, 6, 7, 9)]
    public void Of_equals_the_later_are_kept(double keep, params int[] kept) => Assert.That(Kept(keep, null), Is.EqualTo(kept));

    // The share is sigmoid(r) brought into [0.1 · keep, 1].
    [TestCase(0.2, 0f, 0, 2, 4, 6, 7, 9)] // 0.51: 4.9 are left out
    [TestCase(0.2, -9f, 9)] // 0.0201
    [TestCase(0.2, 20f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]
    [TestCase(1.0, -9f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)] // not pruned yet, whatever the number says
    public void A_learned_share_is_the_layer_s_own(double keep, float rate, params int[] kept) => Assert.That(Kept(keep, rate), Is.EqualTo(kept));

    [Test]
    public void A_share_so_small_that_no_weight_is_left_leaves_none() => Assert.That(Kept(1e-9, -100f), Is.Empty);

    private static int[] Kept(double keep, float? rate)
    {
        List<HostTensor> tensors = [HostTensor.FromFloats("fc.popup_scores", [2, 5], Scores)];
        if (rate is { } number)
        {
            tensors.Add(HostTensor.FromFloats("fc.k_score", [], [number]));
        }

        var file = new TensorFile("net.pth", tensors, new Dictionary<string, string>());
        return new ScoredWeights(file, keep).Pattern(new Parameter("fc.weight", ParameterKind.Weight, [2, 5], 1)).Existing.ToArray();
    }
}
