using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Robustness.Tests.ToSpiking;

public sealed class ConversionTests
{
    private static readonly float[][] MiniBatches = [Small.Images(6, 5), Small.Images(6, 6), Small.Images(4, 7)];
    private static readonly ConversionOptions Options = new(new BalancingOptions(Timesteps: 7), 0.3f);

    private IBackend backend = null!;
    private SpikingModel ann = null!;

    [SetUp]
    public void Build()
    {
        backend = Small.Backend();
        ann = Small.Ann(backend);
        var weights = ann.Parameters["features.4.weight"];
        ann.Parameters.Prune(weights.Name, MagnitudePruning.PerLayer([new(weights.Name, weights.ToDense())], 0.5)[0].Pattern);
        ann.Parameters["features.1.running_mean"].Value.Upload(new float[8].Select((_, i) => i / 10f).ToArray());
    }

    [TearDown]
    public void Clear()
    {
        ann.Dispose();
        backend.Dispose();
    }

    [Test]
    public void The_ANN_stays_as_it_was()
    {
        var before = ann.Parameters.All.Select(each => each.Value.ToArray()).ToArray();
        using var snn = Convert().Model;
        Assert.That(ann.Parameters.All.Select(each => each.Value.ToArray()), Is.EqualTo(before));
    }

    [TestCase("features.0.weight")]
    [TestCase("features.1.weight")]
    [TestCase("features.1.bias")]
    [TestCase("features.4.weight")]
    [TestCase("classifier.4.weight")]
    public void Learned_parameters_are_copied(string name)
    {
        using var snn = Convert().Model;
        Assert.That(snn.Parameters[name].Value.ToArray(), Is.EqualTo(ann.Parameters[name].Value.ToArray()));
    }

    [TestCase("features.0.bias", 0f)]
    [TestCase("classifier.4.bias", 0f)]
    [TestCase("features.1.running_mean", 0f)]
    [TestCase("features.1.running_var", 1f)]
    public void New_biases_and_running_statistics_start_afresh(string name, float value)
    {
        using var snn = Convert().Model;
        Assert.That(snn.Parameters[name].Value.ToArray(), Is.All.EqualTo(value));
    }

    [Test]
    public void What_was_pruned_stays_pruned()
    {
        using var snn = Convert().Model;
        var (source, converted) = (ann.Parameters["features.4.weight"], snn.Parameters["features.4.weight"]);
        Assert.That(converted.Pattern?.Existing.ToArray(), Is.EqualTo(source.Pattern?.Existing.ToArray()));
        Assert.That(converted.ToDense(), Is.EqualTo(source.ToDense()));
    }

    [Test]
    public void Thresholds_are_the_balanced_ones_scaled()
    {
        var converted = Convert();
        using var snn = converted.Model;
        var scaled = converted.Thresholds.Select(layer => snn.Parameters[layer.Layer + ".v_th"].Value.ToArray()[0]);
        Assert.That(scaled, Is.EqualTo(converted.Thresholds.Select(layer => 0.3f * layer.Value)).Within(1e-6));
    }

    [Test]
    public void Layers_are_balanced_in_order()
    {
        var converted = Convert();
        using var snn = converted.Model;
        Assert.That(converted.Thresholds.Select(layer => layer.Layer),
            Is.EqualTo(new[] { "features.2", "features.6", "features.10", "classifier.2" }));
    }

    [TestCase(0, "features.2", TestName = "The threshold of the first layer, whose current is the same at every step")]
    [TestCase(1, "features.6", TestName = "The threshold of the second layer")]
    public void A_threshold_is_the_largest_of_the_mini_batches_percentiles(int layer, string name)
    {
        using var snn = Small.Spiking(backend);
        var found = ThresholdBalancing.Run(snn, MiniBatches, Options.Balancing);
        using var plan = new Plan(snn, 6, 7, PassMode.BatchStatistics);
        var node = Graph.neurons(snn.Network)[layer];
        var expected = MiniBatches.Max(images => PercentileOfAllSteps(plan, node, images));
        Assert.That(found[layer], Is.EqualTo(new LayerThreshold(name, expected)));
    }

    [TestCase(99.7, 1000, 997)]
    [TestCase(99.7, 1, 1)]
    [TestCase(100, 50, 50)]
    [TestCase(0, 50, 1)]
    [TestCase(50, 2, 1, TestName = "Half rounds to even, downwards")]
    [TestCase(50, 4, 3, TestName = "Half rounds to even, upwards")]
    public void The_rank_of_a_percentile(double percentile, long count, long rank) =>
        Assert.That(ThresholdBalancing.Rank(percentile, count), Is.EqualTo(rank));

    [Test]
    public void A_network_that_spikes_is_refused()
    {
        using var snn = Small.Spiking(backend);
        Assert.Throws<BadInputException>(() => SpikingConversion.Convert(snn, Small.Neurons, MiniBatches, Options));
    }

    [Test]
    public void Weights_that_are_no_numbers_are_refused()
    {
        ann.Parameters["features.0.weight"].Value.Upload([float.NaN]);
        Assert.Throws<BadInputException>(() => Convert());
    }

    [Test]
    public void No_mini_batches_are_refused() =>
        Assert.Throws<BadInputException>(() => SpikingConversion.Convert(ann, Small.Neurons, [], Options));

    [Test]
    public void Pieces_of_images_are_refused() =>
        Assert.Throws<BadInputException>(() => SpikingConversion.Convert(ann, Small.Neurons, [new float[100]], Options));

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    public void Factors_that_leave_no_threshold_are_refused(float factor) =>
        Assert.Throws<BadInputException>(() => ThresholdBalancing.Scale(ann, factor));

    [Test]
    public void Thresholds_that_are_too_small_are_raised_to_the_smallest()
    {
        using var snn = Small.Spiking(backend);
        ThresholdBalancing.Scale(snn, 1e-6f);
        Assert.That(snn.Parameters.All.Where(each => each.Specification.Kind.IsThreshold).Select(each => each.Value.ToArray()[0]),
            Is.All.EqualTo(SpikingModel.SmallestThreshold));
    }

    private ConvertedModel Convert() => SpikingConversion.Convert(ann, Small.Neurons, MiniBatches, Options);

    /// <summary>By sorting every value of every step.</summary>
    private static float PercentileOfAllSteps(Plan plan, int node, float[] images)
    {
        var samples = images.Length / Small.PixelCount;
        plan.Pixels.Upload(images);
        plan.ForwardToNeuron(node, samples);
        var current = plan.Current(node);
        var repeats = plan.Timesteps / current.Shape.Lanes.Steps;
        float[] all = [.. Enumerable.Repeat(current.ToHost(samples), repeats).SelectMany(values => values).Order()];
        return all[(int)Math.Round(0.01 * 99.7 * (all.Length - 1))];
    }
}
