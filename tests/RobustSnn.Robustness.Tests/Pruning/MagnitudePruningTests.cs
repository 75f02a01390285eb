using FsCheck;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Robustness.Tests.Pruning;

public sealed class MagnitudePruningTests
{
    [TestCase(0.0, new[] { 0, 1, 2, 3 })]
    [TestCase(0.25, new[] { 0, 2, 3 })]
    [TestCase(0.5, new[] { 2, 3 }, TestName = "Of equal magnitudes the first goes first")]
    [TestCase(0.75, new[] { 3 })]
    public void The_smallest_magnitudes_go(double sparsity, int[] kept) =>
        Assert.That(MagnitudePruning.PerLayer([new("a", [2f, -1, -2, 3])], sparsity)[0].Pattern.Existing.ToArray(), Is.EqualTo(kept));

    [Test]
    public void Per_layer_takes_the_same_share_of_each()
    {
        var layers = MagnitudePruning.PerLayer([new("small", [0.1f, 0.2f]), new("large", [1f, 2f])], 0.5);
        Assert.That(layers.Select(layer => layer.Pattern.Existing.ToArray()), Is.EqualTo(new int[][] { [1], [1] }));
    }

    [Test]
    public void Over_all_layers_takes_the_smallest_wherever_they_are()
    {
        var layers = MagnitudePruning.OverAllLayers([new("small", [0.1f, 0.2f]), new("large", [1f, 2f])], 0.5);
        Assert.That(layers.Select(layer => layer.Pattern.Existing.ToArray()), Is.EqualTo(new int[][] { [], [0, 1] }));
    }

    [FsCheck.NUnit.Property]
    public bool Counts_are_exact_and_what_is_kept_is_no_smaller(NonEmptyArray<int> weights, byte percent)
    {
        // Whole numbers, so that ties are common.
        var values = Array.ConvertAll(weights.Get, value => (float)(value % 5));
        var sparsity = percent % 100 / 100.0;
        var layers = MagnitudePruning.OverAllLayers([new("a", values), new("b", values)], sparsity);
        float[] kept = [.. layers.SelectMany(layer => layer.Pattern.Compact(values)).Select(Math.Abs)];
        float[] gone =
        [
            .. layers.SelectMany(layer => values.Where((_, i) => layer.Pattern.Existing.BinarySearch(i) < 0)).Select(Math.Abs),
        ];
        var total = 2 * values.Length;
        return gone.Length == (int)Math.Round(sparsity * total)
            && kept.Length + gone.Length == total
            && (gone.Length == 0 || kept.Length == 0 || gone.Max() <= kept.Min());
    }

    /// <summary>Against sorting, on magnitudes of every size; negative zero is zero.</summary>
    [FsCheck.NUnit.Property]
    public bool What_is_pruned_is_the_smallest_of_any_floats(NonEmptyArray<uint> bits, byte percent)
    {
        float[] values = [0f, -0f, .. bits.Get.Select(each => BitConverter.UInt32BitsToSingle(each * 2654435761)).Where(float.IsFinite)];
        var count = values.Length - KeptCounts.Of(values.Length, percent % 100 / 100.0);
        var kept = MagnitudePruning.PerLayer([new("a", values)], percent % 100 / 100.0)[0].Pattern.Existing.ToArray();
        var expected = Enumerable.Range(0, values.Length).OrderBy(i => Math.Abs(values[i])).ThenBy(i => i).Skip(count).Order();
        return kept.SequenceEqual(expected);
    }

    [TestCase(2f, new[] { 0, 2, 3 })]
    [TestCase(2.5f, new[] { 3 })]
    [TestCase(9f, new int[0])]
    public void A_cut_keeps_what_is_at_least_as_large(float cut, int[] kept) =>
        Assert.That(MagnitudePruning.AtLeast([new("a", [2f, -1, -2, 3])], cut)[0].Pattern.Existing.ToArray(), Is.EqualTo(kept));

    [TestCase(-0.1)]
    [TestCase(1.0)]
    [TestCase(double.NaN)]
    public void A_sparsity_that_is_none_is_refused(double sparsity) =>
        Assert.Throws<BadInputException>(() => MagnitudePruning.PerLayer([new("a", [1f])], sparsity));

    [Test]
    public void A_weight_that_is_no_number_is_refused_by_name()
    {
        var refusal = Assert.Throws<BadInputException>(() => MagnitudePruning.PerLayer([new("features.0.weight", [1f, float.NaN])], 0.5));
        Assert.That(refusal?.Message, Does.Contain("features.0.weight"));
    }

    [Test]
    public void A_cut_refuses_a_weight_that_is_no_number() =>
        Assert.Throws<BadInputException>(() => MagnitudePruning.AtLeast([new("a", [1f, float.NaN])], 0.5f));
}
