using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Robustness.Tests.Pruning;

/// <summary>HYDRA's and HARP's masks while they are learned (METHODS 5), against <see cref="PlainMasks"/>, which is plain and in double.</summary>
public sealed class LearnedMasksTests
{
    private const int Samples = 8;
    private const double Mean = 0.4;
    private const double Deviation = 0.25;

    private static readonly Shape Input = new(2, 3, 3);
    private static readonly int[] Labels = [0, 1, 2, 0, 1, 2, 0, 0];
    private static readonly int[] Numbers = [.. Enumerable.Range(0, Samples)];

    private IBackend backend = null!;
    private SpikingModel model = null!;
    private float[] images = null!;

    [SetUp]
    public void Open()
    {
        backend = Small.Backend();
        var family = Family.NewVggFamily(FSharpList<VggFeature>.Empty, new VggHead(false, ListModule.OfSeq([10]), FSharpOption<double>.None));
        model = new SpikingModel(Families.build(family, 3, Input, ListModule.OfSeq([Mean, Mean]), ListModule.OfSeq([Deviation, Deviation])), backend);
        model.Initialise(3);
        var random = new Random(5);
        images = [.. Enumerable.Range(0, Samples * Input.Count).Select(_ => random.NextSingle())];
    }

    [TearDown]
    public void Close()
    {
        model.Dispose();
        backend.Dispose();
    }

    [TestCase(0.5, null, TestName = "HYDRA at 50 %")]
    [TestCase(0.9, null, TestName = "HYDRA at 90 %")]
    [TestCase(0.5, 0.0, TestName = "HARP at 50 % without a penalty")]
    [TestCase(0.5, 2.0, TestName = "HARP at 50 % with a penalty")]
    [TestCase(0.9, 0.5, TestName = "HARP at 90 % with a penalty")]
    public void Scores_shares_and_masks_are_those_of_plain_loops(double sparsity, double? growth)
    {
        var plain = Plain(sparsity, growth);
        var masks = Method(growth).Learn(model, sparsity)!;
        using var step = Step(masks, out var settings);
        var inputs = Enumerable.Range(0, Samples)
            .Select(b => images.Skip(b * Input.Count).Take(Input.Count).Select(x => (x - Mean) / Deviation).ToArray()).ToArray();
        var first = plain.Masks();
        for (var epoch = 0; epoch < 6; epoch++)
        {
            masks.BeginEpoch(epoch);
            plain.BeginEpoch(epoch);
            for (var i = 0; i < 4; i++)
            {
                step.Run(images, Labels, Numbers, settings, new RandomKey(1, (ulong)i));
                plain.Step(inputs, Labels, settings.LearningRate, settings.Momentum, settings.WeightDecay);
            }
        }

        var weights = Weights();
        var expected = plain.Masks();
        for (var l = 0; l < weights.Length; l++)
        {
            Assert.That(weights[l].Mask!.Scores.ToArray(), Is.EqualTo(plain.Scores[l]).Within(2e-5), weights[l].Name);
            Assert.That(weights[l].Mask!.Kept, Is.EqualTo(plain.Kept[l]), weights[l].Name);
            Assert.That(weights[l].Mask!.Pattern().Existing.ToArray(), Is.EqualTo(Indices(expected[l])), weights[l].Name);
        }

        Assert.That(expected.Zip(first).Any(each => !each.First.SequenceEqual(each.Second)), "the masks have changed on the way");
        if (growth is not null)
        {
            Assert.That(State(masks, "rates"), Is.EqualTo(plain.Rates).Within(2e-5));
        }
    }

    [TestCase(null)]
    [TestCase(0.5)]
    public void Weights_are_frozen_while_masks_are_learned_and_not_after(double? growth)
    {
        var before = Weights().Select(each => each.Value.ToArray()).ToArray();
        var masks = Method(growth).Learn(model, 0.5)!;
        using (var step = Step(masks, out var settings))
        {
            masks.BeginEpoch(0);
            step.Run(images, Labels, Numbers, settings, new RandomKey(1, 1));
        }

        Assert.That(Weights().Select(each => each.Value.ToArray()), Is.EqualTo(before));
        masks.Settle();
        Assert.That(Weights().Any(each => each.IsFrozen), Is.False);
        for (var l = 0; l < before.Length; l++)
        {
            var weights = Weights()[l];
            Assert.That(weights.Value.ToArray(), Is.EqualTo(weights.Pattern!.Compact(before[l])));
        }
    }

    /// <summary>To the last weight, of the layer or of the network, whatever was learned.</summary>
    [TestCase(null, 0.9)]
    [TestCase(null, 0.37)]
    [TestCase(0.0, 0.9)]
    [TestCase(0.01, 0.99)]
    [TestCase(5.0, 0.37)]
    public void What_is_kept_in_the_end_is_exactly_what_was_asked_for(double? growth, double sparsity)
    {
        int[] sizes = [.. Weights().Select(each => each.Specification.Count)];
        var masks = Method(growth).Learn(model, sparsity)!;
        using (var step = Step(masks, out var settings))
        {
            for (var epoch = 0; epoch < 5; epoch++)
            {
                masks.BeginEpoch(epoch);
                step.Run(images, Labels, Numbers, settings, new RandomKey(1, 1));
            }
        }

        int[] kept = [.. masks.Settle().Select(each => each.Pattern.Count)];
        Assert.That(kept, growth is null ? Is.EqualTo(sizes.Select(size => KeptCounts.Of(size, sparsity))) : Has.All.GreaterThan(0));
        Assert.That(kept.Sum(), growth is null ? Is.GreaterThan(0) : Is.EqualTo(KeptCounts.Of(sizes.Sum(), sparsity)));
    }

    /// <summary>Shares that are too large come down to the target, and a larger penalty brings them down faster.</summary>
    [Test]
    public void The_penalty_brings_shares_down_to_the_target()
    {
        var kept = new List<long>();
        foreach (var growth in new[] { 0.0, 0.3, 3.0 })
        {
            Close();
            Open();
            var masks = new Harp(growth).Learn(model, 0.8);
            State(masks, "rates", [3, 3]);
            Assert.That(masks.MeetsTarget, Is.False);
            using var step = Step(masks, out var settings);
            masks.BeginEpoch(0);
            step.Run(images, Labels, Numbers, settings, new RandomKey(1, 0));
            kept.Add(Weights().Sum(each => each.Mask!.Kept));
            for (var epoch = 1; growth == 3 && epoch < 60 && !masks.MeetsTarget; epoch++)
            {
                masks.BeginEpoch(epoch);
                step.Run(images, Labels, Numbers, settings, new RandomKey(1, (ulong)epoch));
            }

            Assert.That(masks.MeetsTarget, Is.EqualTo(growth == 3));
        }

        Assert.That(kept, Is.Ordered.Descending);
        Assert.That(kept[2], Is.LessThan(kept[0]));
    }

    [TestCase(null)]
    [TestCase(0.5)]
    public void Learning_goes_on_from_its_state_to_the_same_bits(double? growth)
    {
        var unbroken = Run(growth, broken: false);
        Assert.That(Run(growth, broken: true), Is.EqualTo(unbroken));
    }

    [Test]
    public void A_layer_of_zeros_alone_is_refused_by_name()
    {
        model.Parameters["classifier.3.weight"].Value.Upload(new float[30]);
        var refusal = Assert.Throws<BadInputException>(() => new Hydra().Learn(model, 0.5));
        Assert.That(refusal?.Message, Does.Contain("classifier.3.weight"));
    }

    [TestCase(1.0)]
    [TestCase(-0.1)]
    public void A_sparsity_that_is_none_is_refused(double sparsity) =>
        Assert.Throws<BadInputException>(() => new Harp(0.01).Learn(model, sparsity));

    [TestCase(1e-17)]
    [TestCase(1e-6)]
    public void A_sparsity_of_next_to_nothing_gives_shares_that_are_numbers(double sparsity) =>
        Assert.That(State(new Harp(0.01).Learn(model, sparsity), "rates"), Is.All.LessThanOrEqualTo(16f));

    [Test]
    public void A_sparsity_that_leaves_fewer_weights_than_layers_is_refused()
    {
        var refusal = Assert.Throws<BadInputException>(() => new Harp(0.01).Learn(model, 0.995));
        Assert.That(refusal?.Message, Does.Contain("2 layers"));
    }

    private static IPruningMethod Method(double? growth) => growth is { } value ? new Harp(value) : new Hydra();

    private static int[] Indices(bool[] mask) => [.. Enumerable.Range(0, mask.Length).Where(i => mask[i])];

    private static float[] State(LearnedMasks masks, string name) => masks.State.Single(each => each.Name == name).Read();

    private static void State(LearnedMasks masks, string name, float[] values) => masks.State.Single(each => each.Name == name).Write(values);

    private ParameterTensor[] Weights() => [.. model.Parameters.All.Where(each => each.Specification.Prunable)];

    private PlainMasks Plain(double sparsity, double? growth) => new(
        [.. Weights().Select(each => each.ToDense().Select(value => (double)value).ToArray())],
        [.. Weights().Select(each => each.Specification.Dimensions[1])], sparsity, growth);

    private TrainingStep Step(LearnedMasks masks, out SgdSettings settings)
    {
        var sgd = new SgdSettings(0.5f, 0.9f, 1e-3f);
        settings = sgd;
        return new TrainingStep(model, Samples, 0, TrainingObjective.Natural, null, Surrogate.Default) { BeforeStep = _ => masks.BeforeStep(sgd) };
    }

    /// <summary>The patterns that six steps leave, after the third of which all may have to come from what was saved.</summary>
    private int[][] Run(double? growth, bool broken)
    {
        Close();
        Open();
        var masks = Method(growth).Learn(model, 0.6)!;
        Train(masks, 0);
        if (broken)
        {
            var saved = masks.State.Select(each => each.Read()).ToArray();
            Close();
            Open();
            masks = Method(growth).Learn(model, 0.6)!;
            foreach (var (state, values) in masks.State.Zip(saved))
            {
                state.Write(values);
            }
        }

        Train(masks, 1);
        return [.. masks.Settle().Select(each => each.Pattern.Existing.ToArray())];

        void Train(LearnedMasks masks, int epoch)
        {
            masks.BeginEpoch(epoch);
            using var step = Step(masks, out var settings);
            for (var i = 0; i < 3; i++)
            {
                step.Run(images, Labels, Numbers, settings, new RandomKey(1, (ulong)i));
            }
        }
    }
}
