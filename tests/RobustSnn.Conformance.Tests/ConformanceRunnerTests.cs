using RobustSnn.Robustness.Tests;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Training;
using RobustSnn.Robustness;

namespace RobustSnn.Conformance.Tests;

/// <summary>The runner against a case made from the system's own numbers: what is right passes, and every damage fails.</summary>
public sealed class ConformanceRunnerTests
{
    private const int Batch = 3;

    private Dictionary<string, GoldenTensor> tensors = null!;
    private Dictionary<string, string> metadata = null!;

    [SetUp]
    public void MakeCase()
    {
        metadata = new Dictionary<string, string>
        {
            ["architecture"] = "vggmini",
            ["T"] = "4",
            ["leak"] = "1.0",
            ["reset"] = "hard",
            ["input_size"] = "8",
            ["batch"] = "3",
            ["eps"] = "8/255",
            ["balance_T"] = "5",
            ["min_margin"] = "0.001",
            ["norm_mean"] = "(0.5, 0.5, 0.5)",
            ["norm_std"] = "(0.25, 0.25, 0.25)",
        };
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        using var classifier = new Classifier(model, Batch, 4);
        using var batch = new AttackBatch(classifier);
        var images = Small.Images(Batch);
        var labels = Small.OwnLabels(classifier, images);
        batch.Load(images, labels, [.. Enumerable.Range(0, labels.Length)]);
        tensors = model.Parameters.All.ToDictionary(
            each => "param." + each.Name, each => new GoldenTensor([.. each.Specification.Dimensions], each.Value.ToArray()));
        tensors["x"] = new([Batch, 3, 8, 8], images);
        tensors["y"] = new([Batch], Array.ConvertAll(labels, label => (float)label));
        tensors["logits"] = new([Batch, Small.Classes], classifier.Logits(batch.Clean, Batch).ToArray());
        var gradient = batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, GradientEstimator.Rate).ToArray(images.Length);
        tensors["grad_x.bptr"] = new([Batch, 3, 8, 8], Array.ConvertAll(gradient, value => value / Batch));
        new Fgsm().Run(batch, new AttackSettings(Budget.Pixels(8f / 255), GradientEstimator.Default, default));
        tensors["fgsm.x_adv"] = new([Batch, 3, 8, 8], batch.DownloadAdversarial().ToArray());
        TakeTradesStep(model, batch);
    }

    private void TakeTradesStep(SpikingModel model, AttackBatch batch)
    {
        new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)).Run(batch, new AttackSettings(Budget.Pixels(2f / 255), GradientEstimator.Default, default));
        tensors["rfgsm.x_adv"] = new([Batch, 3, 8, 8], batch.DownloadAdversarial().ToArray());
        tensors["rfgsm.noise_sign"] = new([Batch, 3, 8, 8], Signs(batch));
        using var gradient = new ObjectiveGradient(model, Batch, 4, TrainingObjective.Trades(2), Surrogate.Default);
        var loss = gradient.Accumulate(batch.Clean, batch.Adversarial, batch.Labels, batch.Numbers, batch.LabelsHost, default);
        tensors["trades.loss"] = new([1], [(float)loss.Loss]);
        foreach (var each in model.Parameters.All.Where(each => each.Gradient is not null && each.Specification.Trainable))
        {
            tensors["trades.grad." + each.Name] = new([.. each.Specification.Dimensions], each.Gradient?.ToArray() ?? []);
        }

        model.Parameters.SgdStep(new SgdSettings(0.05f, 0.9f, 1e-3f));
        model.Parameters.SgdStep(new SgdSettings(0.05f, 0.9f, 1e-3f));
        foreach (var each in model.Parameters.All)
        {
            tensors["trades.after2." + each.Name] = new([.. each.Specification.Dimensions], each.Value.ToArray());
        }
    }

    /// <summary>The noise that Rfgsm drew.</summary>
    private static float[] Signs(AttackBatch batch)
    {
        using var noise = batch.Backend.Allocate(batch.PixelCount);
        batch.Draw(noise, RandomKind.Normal, default(RandomKey).Derive(0));
        return Array.ConvertAll(noise.ToArray(), value => (float)MathF.Sign(value));
    }

    [TestCase("param")]
    [TestCase("logits")]
    [TestCase("grad_x.bptr")]
    [TestCase("fgsm")]
    [TestCase("rfgsm")]
    [TestCase("trades.loss")]
    [TestCase("trades.grad")]
    [TestCase("trades.after2")]
    public void What_is_right_passes(string group)
    {
        var row = Check(group);
        Assert.That(row.Pass, Is.True, row.Detail);
    }

    [Test]
    public void Groups_are_those_of_the_tensors() =>
        Assert.That(ConformanceRunner.GroupsOf(new GoldenCase(metadata, tensors)), Is.EqualTo(new[]
        {
            "param", "fgsm", "grad_x.bptr", "logits", "rfgsm", "trades.after2", "trades.grad", "trades.loss",
        }));

    [TestCase("logits", "logits", 0.01f)]
    [TestCase("grad_x.bptr", "grad_x.bptr", 0.01f)]
    [TestCase("fgsm.x_adv", "fgsm", 0.001f)]
    [TestCase("rfgsm.x_adv", "rfgsm", 0.001f)]
    [TestCase("trades.loss", "trades.loss", 0.001f)]
    [TestCase("trades.grad.features.4.weight", "trades.grad", 0.004f)]
    [TestCase("trades.after2.features.4.weight", "trades.after2", 0.01f)]
    public void Other_numbers_fail(string tensor, string group, float change)
    {
        Replace(tensor, values => Array.ConvertAll(values, value => value + change * (Math.Abs(value) + 0.01f)));
        AssertFails(group);
    }

    [TestCase("logits", "logits")]
    [TestCase("grad_x.bptr", "grad_x.bptr")]
    [TestCase("fgsm.x_adv", "fgsm")]
    [TestCase("param.features.0.weight", "param")]
    [TestCase("param.features.0.weight", "logits")]
    public void NaN_fails(string tensor, string group)
    {
        Replace(tensor, values => [float.NaN, .. values.Skip(1)]);
        AssertFails(group);
    }

    [Test]
    public void A_gradient_that_contradicts_the_updates_fails()
    {
        Replace("trades.grad.classifier.4.weight", values => Array.ConvertAll(values, value => 2 * value));
        AssertFails("trades.grad");
        Assert.That(Check("trades.after2").Pass, Is.True);
    }

    [TestCase("param")]
    [TestCase("logits")]
    public void A_missing_parameter_fails(string group)
    {
        tensors.Remove("param.features.2.v_th");
        Assert.That(AssertFails(group).Detail, Does.Contain("param.features.2.v_th"));
    }

    [TestCase("param")]
    [TestCase("logits")]
    public void An_extra_parameter_fails(string group)
    {
        tensors["param.features.99.weight"] = new([1], [1f]);
        Assert.That(AssertFails(group).Detail, Does.Contain("param.features.99.weight"));
    }

    [Test]
    public void A_parameter_of_another_shape_fails()
    {
        tensors["param.features.1.weight"] = new([2, 4], new float[8]);
        AssertFails("param");
    }

    // Of each kind of tensor one: images, labels, logits, gradients, losses, parameters after a step.
    [Test]
    public void A_tensor_of_another_length_fails(
        [Values(
            "x", "y", "logits", "grad_x.bptr", "fgsm.x_adv", "rfgsm.noise_sign", "rfgsm.x_adv", "trades.loss",
            "trades.grad.features.1.bias", "trades.grad.features.4.weight", "trades.grad.features.2.v_th",
            "trades.after2.features.1.bias", "trades.after2.features.1.running_mean", "param.features.0.bias")]
        string name,
        [Values(-1, 1)] int change)
    {
        var tensor = tensors[name];
        int[] dimensions = tensor.Dimensions.Count == 0 ? [1 + change] : [tensor.Dimensions[0] + change, .. tensor.Dimensions.Skip(1)];
        var count = dimensions.Aggregate(1, (product, size) => product * size);
        tensors[name] = new(dimensions, [.. tensor.Values.Concat(tensor.Values).Take(count)]);
        AssertSaid(name);
    }

    [TestCase("balance.thresholds", 3)]
    [TestCase("balance.x", 1, 1, 3, 8, 7)]
    [TestCase("balance.x", 0, 1, 3, 8, 8)]
    [TestCase("spike_rates", 5)]
    [TestCase("logits.steps", 5, 3, 10)]
    [TestCase("logits.act", 3, 11)]
    [TestCase("correct", 2)]
    [TestCase("pgd.x_adv", 4, 3, 8, 8)]
    [TestCase("pgd.start", 3, 3, 8, 7)]
    [TestCase("apgd.rand", 3, 3, 8, 7)]
    [TestCase("apgd.ce.x_best", 3, 3, 7, 8)]
    [TestCase("apgd.ce.x_best_adv", 2, 3, 8, 8)]
    [TestCase("apgd.ce.loss_best", 2)]
    [TestCase("apgd.dlr.correct", 4)]
    [TestCase("trades.robust", 2)]
    [TestCase("mart.loss", 0)]
    [TestCase("mart.grad.features.1.bias", 7)]
    [TestCase("tpgd.start", 3, 3, 9, 8)]
    [TestCase("tpgd.loss", 4)]
    [TestCase("mart_attack.ann.x_adv", 3, 3, 8, 9)]
    [TestCase("x_adv", 1, 3, 8, 8)]
    [TestCase("ann.at.loss", 3)]
    [TestCase("ann.at.grad.features.1.bias", 9)]
    [TestCase("ann.trades.statistics.features.1.running_var", 1)]
    public void A_tensor_of_a_wrong_shape_is_named(string name, params int[] dimensions)
    {
        tensors[name] = Zeros(dimensions);
        using var backend = Small.Backend();
        Assert.That(
            () => new GoldenCase(metadata, tensors).Tensor(name),
            Throws.TypeOf<BadInputException>().With.Message.StartsWith($"'{name}' is ({string.Join(", ", dimensions)}), expected ("));
        using var runner = new ConformanceRunner(new GoldenCase(metadata, tensors), backend);
        Assert.That(() => runner.Run(), Throws.Nothing);
    }

    [Test]
    public void As_many_values_in_another_shape_fail()
    {
        tensors["logits"] = new([Small.Classes, Batch], tensors["logits"].Values);
        AssertSaid("logits");
    }

    [TestCase("logitz")]
    [TestCase("grad_x.bptt.PCV.1.0")]
    [TestCase("apgd.kl.loss_best")]
    public void A_tensor_of_no_known_group_fails_under_its_own_name(string name)
    {
        tensors[name] = new([1], [1f]);
        Assert.That(AssertFails(name).Detail, Does.Contain(name.Replace("grad_x.", "", StringComparison.Ordinal)));
    }

    [TestCase("x", "logits")]
    [TestCase("y", "fgsm")]
    public void A_missing_input_fails(string input, string group)
    {
        tensors.Remove(input);
        AssertFails(group);
    }

    [TestCase("architecture", "vggmaxi")]
    [TestCase("T", "four")]
    [TestCase("reset", "firm")]
    [TestCase("leak", "2.0")]
    [TestCase("norm_mean", "(0.5)")]
    public void Metadata_that_makes_no_sense_fails(string key, string value)
    {
        metadata[key] = value;
        AssertFails("logits");
    }

    [TestCase("1e-6", true)]
    [TestCase("1e-4", false)]
    public void A_small_margin_is_said_but_not_forgiven(string margin, bool said)
    {
        metadata["min_margin"] = margin;
        Replace("logits", values => Array.ConvertAll(values, value => value + 0.01f));
        Assert.That(AssertFails("logits").Detail.Contains("min_margin", StringComparison.Ordinal), Is.EqualTo(said));
    }

    private void Replace(string name, Func<float[], float[]> change) =>
        tensors[name] = new(tensors[name].Dimensions, change(tensors[name].Values));

    private static GoldenTensor Zeros(int[] dimensions) => new(dimensions, new float[dimensions.Aggregate(1, (product, size) => product * size)]);

    private void AssertSaid(string name)
    {
        using var backend = Small.Backend();
        using var runner = new ConformanceRunner(new GoldenCase(metadata, tensors), backend);
        Assert.That(runner.Run().Where(row => !row.Pass).Select(row => row.Detail), Has.Some.Contains($"'{name}' "));
    }

    private ConformanceRow AssertFails(string group)
    {
        var row = Check(group);
        Assert.That(row.Pass, Is.False, row.Detail);
        return row;
    }

    private ConformanceRow Check(string group)
    {
        using var backend = Small.Backend();
        using var runner = new ConformanceRunner(new GoldenCase(metadata, tensors), backend);
        return runner.Run().Single(row => row.Group == group);
    }
}
