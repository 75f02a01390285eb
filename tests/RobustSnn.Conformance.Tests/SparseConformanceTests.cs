using System.Reflection;
using RobustSnn.Robustness.Tests;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Conformance.Tests;

/// <summary>A sparse network against the same one in dense tensors: they agree, and where the sparse path errs, it is seen.</summary>
public sealed class SparseConformanceTests
{
    private const int Batch = 3;

    /// <summary>Keeps enough of the small network for gradients to reach the image.</summary>
    private static readonly WeightCut Cut = new(0.05f);

    private static readonly Dictionary<string, string> Metadata = new()
    {
        ["architecture"] = "vggmini",
        ["T"] = "4",
        ["leak"] = "1.0",
        ["reset"] = "hard",
        ["input_size"] = "8",
        ["batch"] = "3",
        ["eps"] = "8/255",
        ["balance_T"] = "5",
        ["norm_mean"] = "(0.5, 0.5, 0.5)",
        ["norm_std"] = "(0.25, 0.25, 0.25)",
    };

    /// <summary>Inputs, and all that can be compared; the numbers to compare with are none, because nobody may look at them.</summary>
    private static readonly Dictionary<string, GoldenTensor> Tensors = Case();

    [TestCase("param")]
    [TestCase("logits")]
    [TestCase("logits.act")]
    [TestCase("logits.steps")]
    [TestCase("spike_rates")]
    [TestCase("grad_x.bptt.PCW.1.0")]
    [TestCase("grad_x.bptr")]
    [TestCase("grad_x.act")]
    [TestCase("fgsm")]
    [TestCase("rfgsm")]
    [TestCase("pgd")]
    [TestCase("apgd.ce")]
    [TestCase("apgd.dlr")]
    [TestCase("trades.loss")]
    [TestCase("trades.grad")]
    [TestCase("trades.after2")]
    [TestCase("mart.loss")]
    [TestCase("mart.grad")]
    [TestCase("balance")]
    public void Both_agree(string group)
    {
        using var backend = Small.Backend();
        var row = Check(backend, group, Cut);
        Assert.That(row.Pass, Is.True, row.Detail);
        Assert.That(row.Detail, Does.Not.Contain("all are 0"));
    }

    [TestCase("Convolve", "logits")]
    [TestCase("Convolve", "fgsm")]
    [TestCase("Convolve", "balance")]
    [TestCase("ConvolveInputGradient", "grad_x.bptr")]
    [TestCase("ConvolveInputGradient", "trades.grad")]
    [TestCase("ConvolveWeightGradient", "trades.grad")]
    [TestCase("ConvolveWeightGradient", "mart.grad")]
    [TestCase("ConvolveWeightGradient", "trades.after2")]
    public void An_error_of_the_sparse_path_fails(string operation, string group)
    {
        using var healthy = Small.Backend();
        var row = Check(FaultyBackend.Of(healthy, operation), group, Cut);
        Assert.That(row.Pass, Is.False, row.Detail);
        Assert.That(row.WorstError, Is.GreaterThan(row.Tolerance));
    }

    [Test]
    public void By_default_a_tenth_of_each_layer_is_left()
    {
        using var backend = Small.Backend();
        var total = Tensors.Where(each => each.Key.StartsWith("param.", StringComparison.Ordinal) && each.Value.Dimensions.Count > 1)
            .Select(each => each.Value.Values.Length).ToArray();
        var kept = total.Sum(count => KeptCounts.Of(count, 0.9));
        Assert.That(Check(backend, "param", new WeightCut()).Detail,
            Is.EqualTo(FormattableString.Invariant($"{kept:N0} of {total.Sum():N0} weights exist")));
    }

    [Test]
    public void A_cut_that_leaves_nothing_is_said()
    {
        using var backend = Small.Backend();
        Assert.That(Check(backend, "logits", new WeightCut(1e9f)).Detail, Does.Contain("all are 0"));
    }

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_cut_that_is_none_fails(float magnitude)
    {
        using var backend = Small.Backend();
        var row = Check(backend, "logits", new WeightCut(magnitude));
        Assert.That(row.Pass, Is.False);
        Assert.That(row.Detail, Does.Contain("above 0"));
    }

    [Test]
    public void A_tensor_of_no_known_group_fails()
    {
        using var backend = Small.Backend();
        var tensors = new Dictionary<string, GoldenTensor>(Tensors) { ["logitz"] = new([1], [1f]) };
        using var runner = new ConformanceRunner(new GoldenCase(Metadata, tensors), backend, Cut);
        Assert.That(runner.Check("logitz").Pass, Is.False);
    }

    private static ConformanceRow Check(IBackend backend, string group, WeightCut cut)
    {
        using var runner = new ConformanceRunner(new GoldenCase(Metadata, Tensors), backend, cut);
        return runner.Check(group);
    }

    private static Dictionary<string, GoldenTensor> Case()
    {
        using var backend = Small.Backend();
        using var model = Small.Spiking(backend);
        var images = Small.Images(Batch);
        int[] shape = [Batch, 3, 8, 8];
        var tensors = model.Parameters.All.ToDictionary(
            each => "param." + each.Name, each => new GoldenTensor([.. each.Specification.Dimensions], each.Value.ToArray()));
        tensors["x"] = new(shape, images);
        tensors["y"] = new([Batch], [0, 1, 2]);
        tensors["rfgsm.noise_sign"] = new(shape, Array.ConvertAll(Small.Images(Batch, 2), pixel => pixel < 0.5f ? -1f : 1));
        tensors["rfgsm.x_adv"] = new(shape, [.. images.Zip(Small.Images(Batch, 3), (pixel, other) => 0.9f * pixel + 0.1f * other)]);
        tensors["pgd.start"] = new(shape, Array.ConvertAll(images, pixel => Math.Clamp(pixel + 0.01f, 0, 1)));
        tensors["apgd.rand"] = new(shape, Small.Images(Batch, 4));
        tensors["balance.x"] = new([2, .. shape], Small.Images(2 * Batch, 5));
        string[] compared =
        [
            "logits.act", "logits.steps", "spike_rates", "grad_x.bptt.PCW.1.0", "grad_x.bptr", "grad_x.act", "fgsm.x_adv", "pgd.x_adv",
            "apgd.ce.loss_best", "apgd.ce.correct", "apgd.dlr.loss_best", "apgd.dlr.x_best", "trades.loss", "trades.natural", "trades.robust",
            "mart.loss", "balance.thresholds",
            .. model.Parameters.All.Where(each => each.Specification.Trainable).SelectMany(each => new[] { "trades.grad.", "mart.grad." }, (each, name) => name + each.Name),
            .. model.Parameters.All.Select(each => "trades.after2." + each.Name),
        ];
        foreach (var name in compared)
        {
            tensors[name] = new([1], [float.NaN]);
        }

        tensors["logits"] = new([1, Small.Classes], new float[Small.Classes]); // its last dimension is the number of classes
        return tensors;
    }

    /// <summary>A backend one of whose operations errs by a twentieth where the weights are sparse.</summary>
    public class FaultyBackend : DispatchProxy
    {
        private IBackend backend = null!;
        private string operation = "";

        public static IBackend Of(IBackend backend, string operation)
        {
            var proxy = Create<IBackend, FaultyBackend>();
            var faulty = (FaultyBackend)(object)proxy;
            (faulty.backend, faulty.operation) = (backend, operation);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var result = targetMethod!.Invoke(backend, args);
            if (targetMethod.Name == operation && args![0] is Connection { Pattern: not null })
            {
                var target = operation switch
                {
                    "Convolve" => ((Activation)args[3]!).Buffer,
                    "ConvolveInputGradient" => ((Activation)args[2]!).Buffer,
                    _ => (DeviceBuffer)args[3]!,
                };
                backend.Blend(target, 1.05f, 0, target);
            }

            return result;
        }
    }
}
