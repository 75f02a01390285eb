using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Tests.Evaluations;

public sealed class EvaluationTests
{
    private const int Samples = 13;

    private static readonly EvaluationOptions Options = new(Timesteps: 4, Batch: 5, Seed: 1);

    [Test]
    public void A_network_is_right_about_its_own_labels() => Assert.That(Evaluate(Options).CleanAccuracy, Is.EqualTo(1));

    [Test]
    public void Wrong_labels_count_as_wrong_clean_and_attacked()
    {
        var result = Evaluate(Options, ["clean", "fgsm"], relabel: label => (label + 1) % Small.Classes);
        Assert.Multiple(() =>
        {
            Assert.That(result.CleanCorrect, Is.Zero);
            Assert.That(result.Attacks.Select(attack => attack.Correct), Is.EqualTo(new[] { 0, 0 }));
            Assert.That(result.Attacks[1].Members[0].Outcome.Attacked, Is.Zero);
        });
    }

    [Test]
    public void The_clean_attack_gives_clean_accuracy() =>
        Assert.That(Evaluate(Options, ["clean"]).Attacks[0].Correct, Is.EqualTo(Samples));

    [Test]
    public void An_ensemble_is_no_weaker_than_its_first_member()
    {
        var result = Evaluate(Options, ["fgsm", "fgsm_ens"]);
        Assert.That(result.Attacks[1].Correct, Is.LessThanOrEqualTo(result.Attacks[0].Correct));
    }

    [Test]
    public void Batches_do_not_change_deterministic_results()
    {
        var large = Evaluate(Options with { Batch = Samples }, ["fgsm_ens"]);
        var small = Evaluate(Options with { Batch = 4 }, ["fgsm_ens"]);
        Assert.Multiple(() =>
        {
            Assert.That(small.Attacks[0].Members, Is.EqualTo(large.Attacks[0].Members));
            Assert.That(small.SpikesPerImage, Is.EqualTo(large.SpikesPerImage).Within(1e-9));
        });
    }

    [Test]
    public void An_attack_does_not_depend_on_those_before_it()
    {
        var alone = Evaluate(Options, ["pgd3"]);
        var second = Evaluate(Options, ["rfgsm", "pgd3"]);
        Assert.That(second.Attacks[1].Members, Is.EqualTo(alone.Attacks[0].Members));
    }

    [Test]
    public void Layers_have_their_names_and_rates()
    {
        var layers = Evaluate(Options).Layers;
        Assert.Multiple(() =>
        {
            Assert.That(
                layers.Select(layer => layer.Layer), Is.EqualTo(new[] { "features.2", "features.6", "features.10", "classifier.2" }));
            Assert.That(layers[0].SpikeRate, Is.InRange(0.01, 0.99));
            Assert.That(layers[0].SpikesPerImage, Is.EqualTo(layers[0].SpikeRate * 4 * 8 * 8 * 8).Within(1e-6));
        });
    }

    [Test]
    public void An_ANN_has_no_spikes() => Assert.That(Evaluate(Options with { Timesteps = 0 }).Layers, Is.Empty);

    [Test]
    public void Progress_is_told_after_every_batch_of_findings()
    {
        var told = new List<EvaluationProgress>();
        Evaluate(Options, ["clean", "fgsm"], progress: new Recorder(told));
        Assert.Multiple(() =>
        {
            Assert.That(told.Select(each => (each.Attack, each.SamplesDone)), Is.EqualTo(new[] { ("clean", 13), ("fgsm", 5), ("fgsm", 10), ("fgsm", 13) }));
            Assert.That(told.Select(each => each.Share), Is.Ordered);
            Assert.That(told[^1].Share, Is.EqualTo(1).Within(1e-9));
        });
    }

    [Test]
    public void Transferred_attacks_follow_another_network_and_this_one_judges()
    {
        using var small = new SmallAttack(4, Samples);
        using var backend = Small.Backend();
        using var other = Small.Ann(backend, seed: 2);
        var own = Evaluate(false);
        var result = Evaluate(true);
        Assert.Multiple(() =>
        {
            Assert.That(own.Attacks[0].Correct, Is.LessThan(Samples), "the attack breaks some");
            Assert.That(result.Attacks[1].Correct, Is.EqualTo(own.Attacks[0].Correct), "its own gradients, and all steps");
            Assert.That(result.Attacks[2].Members[0].Outcome.Attacked, Is.EqualTo(Samples));
        });

        EvaluationResult Evaluate(bool stopsEarly)
        {
            using var evaluation = new Evaluation(small.Classifier.Model, new EvaluationOptions(4, 5, 1, stopsEarly));
            evaluation.AddOrigin("other", other, 0);
            evaluation.AddOrigin("same", small.Classifier.Model, 4);
            return evaluation.Run(
                new ArraySamples(small.Images, small.Labels),
                [.. new[] { "pgd3", "pgd3@same", "pgd3@other" }.Select(name => new AttackInBudget(AttackCatalogue.Parse(name), Budget.Pixels(0.002f)))]);
        }
    }

    [TestCase("square@same")]
    [TestCase("autoattack@same")]
    [TestCase("fab-t@same")]
    public void An_attack_that_goes_by_what_the_network_says_is_not_transferred(string name)
    {
        using var backend = Small.Backend();
        using var model = Small.Ann(backend);
        using var evaluation = new Evaluation(model, Options with { Timesteps = 0 });
        evaluation.AddOrigin("same", model, 0);
        Assert.That(
            () => evaluation.RequireRunnable([new AttackInBudget(AttackCatalogue.Parse(name), Budget.Pixels(0.04f))]),
            Throws.TypeOf<BadInputException>().With.Message.Contains("to be transferred"));
    }

    /// <summary>An attack that stops where a network that draws once failed has shown nothing.</summary>
    [TestCase("pgd4")]
    [TestCase("apgd-ce(steps=4)")]
    public void Stopping_at_a_lucky_miss_does_not_make_a_sample_robust(string name)
    {
        using var small = new SmallAttack(4, Samples);
        var (early, full) = (Correct(stopsEarly: true), Correct(stopsEarly: false));
        Assert.That(early.Correct, Is.LessThanOrEqualTo(full.Correct + 2), $"of {Samples}; two are noise");
        Assert.That(early.Unconfirmed, Is.True, "some images were seen to be wrong once");

        (int Correct, bool Unconfirmed) Correct(bool stopsEarly)
        {
            using var noisy = new NoisyClassifier(small.Classifier, 0.02f);
            using var evaluation = new Evaluation(noisy, new EvaluationOptions(4, Samples, 1, stopsEarly));
            var result = evaluation.Run(new ArraySamples(small.Images, small.Labels), [new AttackInBudget(AttackCatalogue.Parse(name), Budget.Pixels(0.0005f))]);
            return (result.Attacks[0].Correct, result.Warnings.Any(warning => warning.Contains("asked again")));
        }
    }

    [Test]
    public void An_origin_that_is_not_there_is_refused() => Assert.That(
        () => Evaluate(Options, ["pgd3@nobody"]), Throws.TypeOf<BadInputException>().With.Message.Contains("nobody"));

    [Test]
    public void Pixels_that_are_none_are_refused() => Assert.That(
        () => new ArraySamples([0.5f, 127f], [1]), Throws.TypeOf<BadInputException>().With.Message.Contains("127"));

    [Test]
    public void Vanished_gradients_are_a_warning()
    {
        var result = Evaluate(Options, ["fgsm"], threshold: 1000);
        Assert.That(result.Warnings, Has.One.Contains("fgsm, bptt.PCW.1.0").And.One.Contains("zero everywhere"));
    }

    [Test]
    public void Cancelling_stops_it()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Evaluate(Options, cancellation: source.Token));
    }

    [Test]
    public void A_label_that_is_no_class_is_refused()
    {
        var refusal = Assert.Throws<BadInputException>(() => Evaluate(Options, relabel: _ => Small.Classes));
        Assert.That(refusal?.Message, Does.Contain("label 4"));
    }

    [Test]
    public void No_samples_are_refused() => Assert.Throws<BadInputException>(() => Evaluate(Options, samples: 0));

    [TestCase(-1, 5, 0.1f)]
    [TestCase(4, 0, 0.1f)]
    [TestCase(4, 5, -0.1f)]
    [TestCase(4, 5, float.NaN)]
    public void Options_that_make_no_sense_are_refused(int timesteps, int batch, float epsilon) =>
        Assert.Throws<BadInputException>(() => Evaluate(new EvaluationOptions(timesteps, batch, 1), ["fgsm"], epsilon: epsilon));

    [TestCase("fgsm")]
    [TestCase("pgd3_ens")]
    [TestCase("apgd-ce")]
    public void Gradients_that_are_no_numbers_void_the_figure(string attack)
    {
        // a NaN current never reaches its threshold, so that logits stay numbers
        var result = Evaluate(Options, [attack], spoil: model =>
        {
            var weight = model.Parameters["features.4.weight"];
            var values = weight.Value.ToArray();
            values[0] = float.NaN;
            weight.Value.Upload(values);
        });
        Assert.That(result.Attacks[0].IsVoid, Is.True);
        Assert.That(result.HasVoid, Is.True);
        Assert.That(result.Warnings, Has.Some.Contains("void"));
    }

    [TestCase("pgd2(restarts=9)")]
    [TestCase("pgd2(restarts=9,surrogate=bptt.ASSG.0.425)")]
    [TestCase("apgd-t(steps=3)")]
    [TestCase("rfgsm_ens")]
    public void Logits_of_images_under_attack_that_are_no_numbers_void_the_figure(string attack)
    {
        // Weights so large that the clean images' logits are just finite: images in which a few more neurons fire overflow, and that is no class.
        var result = Evaluate(Options, [attack, "clean"], epsilon: 0.5f, spoil: Stretch);
        Assert.That(result.WithoutClass, Is.Zero, "clean images have classes");
        Assert.Multiple(() =>
        {
            Assert.That(result.Attacks[0].Members.Sum(member => member.Outcome.NotFiniteLogits), Is.Positive);
            Assert.That(result.Attacks[0].IsVoid, Is.True);
            Assert.That(result.Attacks[0].Accuracy, Is.NaN);
            Assert.That(result.Attacks[1].IsVoid, Is.False);
            Assert.That(result.HasVoid, Is.True);
            Assert.That(result.Warnings, Has.Some.Contains("logits").And.Some.Contains("void"));
        });
    }

    [Test]
    public void A_sample_s_draws_do_not_depend_on_who_is_evaluated_with_it()
    {
        var together = Evaluate(Options with { Batch = Samples }, ["pgd3"]);
        var alone = Evaluate(Options with { Batch = 1 }, ["pgd3"]);
        Assert.That(alone.Attacks[0].Correct, Is.EqualTo(together.Attacks[0].Correct));
    }

    private static EvaluationResult Evaluate(
        EvaluationOptions options, string[]? attacks = null, Func<int, int>? relabel = null, int samples = Samples, float threshold = 0.25f,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default, float epsilon = 0.04f,
        Action<SpikingModel>? spoil = null)
    {
        using var backend = Small.Backend();
        using var model = options.Timesteps == 0 ? Small.Ann(backend) : Small.Spiking(backend, threshold);
        using var evaluation = new Evaluation(model, options);
        using var classifier = new Classifier(model, Samples, options.Timesteps);
        var images = Small.Images(Samples);
        var labels = Array.ConvertAll(Small.OwnLabels(classifier, images), label => (relabel ?? (same => same))(label));
        spoil?.Invoke(model);
        return evaluation.Run(
            new InMemory(images, labels, samples), [.. (attacks ?? []).Select(name => new AttackInBudget(AttackCatalogue.Parse(name), Budget.Pixels(epsilon)))],
            progress, cancellation);
    }

    /// <summary>Scales the head until the clean images' logits are only just finite numbers.</summary>
    private static void Stretch(SpikingModel model)
    {
        using var classifier = new Classifier(model, Samples, Options.Timesteps);
        using var pixels = model.Backend.Allocate(Samples * Small.PixelCount);
        pixels.Upload(Small.Images(Samples));
        var head = model.Parameters["classifier.4.weight"].Value;
        var weights = head.ToArray();
        var shift = 10 * weights.Max(Math.Abs); // of all logits alike, by the number of spikes
        var (low, high) = (0.0, (double)float.MaxValue);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            Scale(middle);
            (low, high) = classifier.Logits(pixels, Samples).ToArray().All(float.IsFinite) ? (middle, high) : (low, middle);
        }

        Scale(0.999 * low);

        void Scale(double by) =>
            head.Upload(Array.ConvertAll(weights, each => (float)((each + shift) * by)));
    }

    private sealed class InMemory(float[] images, int[] labels, int count) : ISampleSource
    {
        public int Count => count;

        public void Read(int index, Span<float> pixels) => images.AsSpan(index * pixels.Length, pixels.Length).CopyTo(pixels);

        public int Number(int index) => index;

        public int Label(int index) => labels[index];
    }

    private sealed class Recorder(List<EvaluationProgress> told) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => told.Add(value);
    }
}
