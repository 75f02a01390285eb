using FsCheck;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Robustness.Tests.Pruning;

/// <summary>How fixed methods divide what is kept among layers, against their closed forms (METHODS 5).</summary>
public sealed class KeptSharesTests
{
    private static readonly RandomKey Key = new(7, 0);

    /// <summary>(outputs, inputs, kernel, kernel), and a linear head.</summary>
    private static readonly int[][] Shapes = [[16, 3, 3, 3], [32, 16, 3, 3], [64, 32, 3, 3], [32, 16, 1, 1], [100, 1024], [10, 100]];

    private static IEnumerable<IPruningMethod> Methods =>
    [
        new LeastWeightMagnitude(PruningScope.Layer), new LeastWeightMagnitude(PruningScope.Global), new Hydra(), new Harp(0.01),
        new ErdosRenyiKernel(), new Lamp(), new RandomPruning(PruningScope.Layer), new RandomPruning(PruningScope.Global),
    ];

    private static IEnumerable<TestCaseData> MethodsAndSparsities =>
        from method in Methods
        from sparsity in new[] { 0, 0.1, 0.5, 0.9, 0.99, 0.999 }
        select new TestCaseData(method, sparsity).SetArgDisplayNames(method.Description, $"{sparsity}");

    [TestCaseSource(nameof(MethodsAndSparsities))]
    public void The_whole_network_keeps_what_was_asked_for(IPruningMethod method, double sparsity)
    {
        var layers = Layers(1);
        var kept = method.Choose(layers, sparsity, Key);
        int[] sizes = [.. layers.Select(layer => layer.Values.Length)];
        var isUniform = method is Hydra || method.Description.EndsWith("each layer", StringComparison.Ordinal);
        Assert.That(kept.Select(each => each.Name), Is.EqualTo(layers.Select(layer => layer.Name)));
        Assert.That(kept.Select(each => each.Pattern.DenseCount), Is.EqualTo(sizes));
        Assert.That(kept.Sum(each => each.Pattern.Count),
            Is.EqualTo(isUniform && method is not ErdosRenyiKernel ? sizes.Sum(size => KeptCounts.Of(size, sparsity)) : KeptCounts.Of(sizes.Sum(), sparsity)));
    }

    [TestCaseSource(nameof(MethodsAndSparsities))]
    public void The_same_key_chooses_the_same_weights(IPruningMethod method, double sparsity) =>
        Assert.That(method.Choose(Layers(1), sparsity, Key).Select(Existing), Is.EqualTo(method.Choose(Layers(1), sparsity, Key).Select(Existing)));

    [TestCase(0.5)]
    [TestCase(0.9)]
    [TestCase(0.95)]
    [TestCase(0.99)]
    public void Shares_of_ERK_are_in_proportion_to_its_densities(double sparsity)
    {
        var kept = new ErdosRenyiKernel().Choose(Layers(1), sparsity, Key);
        bool[] isWhole = [.. kept.Select(layer => layer.Pattern.Count == layer.Pattern.DenseCount)];
        var factor = kept[4].Pattern.Count / (double)Shapes[4].Sum(); // of the largest, which rounding changes least
        for (var i = 0; i < Shapes.Length; i++)
        {
            var size = kept[i].Pattern.DenseCount;
            Assert.That(kept[i].Pattern.Count, Is.EqualTo(Math.Min(size, factor * Shapes[i].Sum())).Within(1.01), $"layer {i}");
        }

        Assert.That(isWhole.Any(whole => whole), Is.EqualTo(sparsity == 0.5), "layers that are too small for their share are kept whole");
    }

    /// <summary>By the definition: every weight's score on its own, over all weights that are no smaller.</summary>
    [TestCase(0.3)]
    [TestCase(0.9)]
    [TestCase(0.99)]
    public void LAMP_keeps_the_largest_of_its_scores(double sparsity)
    {
        var layers = Layers(2).Select(layer => layer with { Values = [.. layer.Values.Take(300)] }).ToArray();
        var scores = layers.SelectMany((layer, l) => layer.Values.Select((w, i) =>
            (Layer: l, Index: i, Score: (double)w * w / layer.Values.Where(v => Math.Abs(v) >= Math.Abs(w)).Sum(v => (double)v * v))));
        var expected = scores.OrderByDescending(each => each.Score).Take(KeptCounts.Of(layers.Sum(layer => layer.Values.Length), sparsity))
            .ToLookup(each => each.Layer, each => each.Index);
        var kept = new Lamp().Choose(layers, sparsity, Key);
        for (var l = 0; l < layers.Length; l++)
        {
            Assert.That(kept[l].Pattern.Existing.ToArray(), Is.EqualTo(expected[l].Order()), $"layer {l}");
        }
    }

    [Test]
    public void LAMP_loses_no_layer_however_small_its_weights_are()
    {
        var kept = new Lamp().Choose([new("large", [5f, 6, 7, 8]), new("small", [1e-6f, 2e-6f]), new("zero", [0f, 0])], 0.5, Key);
        Assert.That(kept.Select(each => each.Pattern.Count), Is.EqualTo(new[] { 3, 1, 0 }).Or.EqualTo(new[] { 2, 2, 0 }));
    }

    [Test]
    public void Lots_are_independent_of_weights_and_differ_between_layers_and_keys()
    {
        var method = new RandomPruning(PruningScope.Layer);
        PrunableWeights[] layers = [new("a", [.. Enumerable.Range(1, 10_000).Select(i => (float)i)]), new("b", new float[10_000])];
        var kept = method.Choose(layers, 0.5, Key);
        Assert.That(kept[0].Pattern.Existing.ToArray().Average(), Is.EqualTo(5000).Within(150), "a mean of 5,000 of 10,000 places has a deviation of 20");
        Assert.That(Existing(kept[0]), Is.Not.EqualTo(Existing(kept[1])));
        Assert.That(Existing(method.Choose(layers, 0.5, Key.Derive(1))[0]), Is.Not.EqualTo(Existing(kept[0])));
    }

    [TestCaseSource(nameof(Methods))]
    public void A_weight_that_is_no_number_is_refused_by_name(IPruningMethod method)
    {
        var refusal = Assert.Throws<BadInputException>(() => method.Choose([new("a", [1f, 2]), new("b", [1f, float.NaN])], 0.5, Key));
        Assert.That(refusal?.Message, Does.Contain("of b"));
    }

    [TestCaseSource(nameof(Methods))]
    public void A_share_that_is_none_is_refused(IPruningMethod method) =>
        Assert.Throws<BadInputException>(() => method.Choose([new("a", [1f, 2])], 1, Key));

    [FsCheck.NUnit.Property]
    public bool What_is_divided_sums_to_what_is_kept(NonEmptyArray<(PositiveInt Claim, PositiveInt Size)> layers, byte percent)
    {
        double[] claims = [.. layers.Get.Select(each => (double)each.Claim.Get)];
        int[] sizes = [.. layers.Get.Select(each => each.Size.Get)];
        var kept = sizes.Sum() * (percent % 101) / 100;
        var counts = KeptCounts.Divide(claims, sizes, kept);
        int[] partly = [.. Enumerable.Range(0, sizes.Length).Where(i => counts[i] < sizes[i])];
        return counts.Sum() == kept
            && counts.Zip(sizes).All(each => each.First >= 0 && each.First <= each.Second)
            && (kept < sizes.Length || counts.All(count => count > 0))
            && partly.All(i => partly.All(j => claims[i] < claims[j] || counts[i] >= counts[j] - 1));
    }

    private static int[] Existing(KeptWeights kept) => kept.Pattern.Existing.ToArray();

    /// <summary>Random weights, of another size in every layer.</summary>
    private static PrunableWeights[] Layers(int seed)
    {
        var random = new Random(seed);
        return [.. Shapes.Select((shape, l) => new PrunableWeights(
            $"layer{l}", [.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(_ => (random.NextSingle() - 0.5f) / (l + 1))], shape))];
    }
}
