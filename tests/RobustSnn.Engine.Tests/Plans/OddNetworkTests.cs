using Microsoft.FSharp.Collections;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>
/// Networks that no architecture has, but that are valid: buffers that one node writes over are a plan's to get right in any order of
/// layers. Gradients are held against differences of the loss, which know nothing of buffers.
/// </summary>
[TestFixture]
public sealed class OddNetworkTests
{
    private const int Samples = 3;

    private static readonly Operation Conv = Operation.NewConvolution(new Convolution(4, 3, 1, 1, true));
    private static readonly Operation Head = Operation.NewLinear(PlanBench.Classes, true);

    private static IEnumerable<TestCaseData> Networks()
    {
        yield return Case("ReLU, BatchNorm", [(Conv, [0]), (Operation.Relu, [1]), (Operation.BatchNorm, [2]), (Head, [3])]);
        yield return Case("ReLU, ReLU", [(Conv, [0]), (Operation.Relu, [1]), (Operation.Relu, [2]), (Head, [3])]);
        yield return Case("BatchNorm of the image", [(Operation.BatchNorm, [0]), (Conv, [1]), (Operation.Relu, [2]), (Head, [3])]);
        yield return Case("ReLU of the image", [(Operation.Relu, [0]), (Conv, [1]), (Head, [2])]);
        yield return Case("sum of a node with itself", [(Conv, [0]), (Operation.WeightedSum, [1, 1]), (Operation.Relu, [2]), (Head, [3])]);
        yield return Case("plain sum of a node with itself", [(Conv, [0]), (Operation.Sum, [1, 1]), (Operation.Relu, [2]), (Head, [3])]);
        yield return Case("plain and weighted sums of one value",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.Sum, [1, 2]), (Operation.WeightedSum, [3, 2]), (Operation.Sum, [4, 3]), (Head, [5])]);
        yield return Case("a value read three times",
            [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.Relu, [1]), (Operation.WeightedSum, [2, 3]), (Operation.WeightedSum, [4, 1]), (Head, [5])]);
        yield return Case("a node that nobody reads", [(Conv, [0]), (Operation.Relu, [1]), (Conv, [2]), (Head, [2])]);
        yield return Case("two BatchNorms", [(Conv, [0]), (Operation.BatchNorm, [1]), (Operation.BatchNorm, [2]), (Operation.Relu, [3]), (Head, [4])]);
        yield return Case("max pooling", [(Conv, [0]), (Operation.NewMaxPool(2), [1]), (Operation.Relu, [2]), (Head, [3])]);
        yield return Case("max pooling of a ReLU twice", [(Conv, [0]), (Operation.Relu, [1]), (Operation.NewMaxPool(2), [2]), (Operation.NewMaxPool(2), [3]), (Head, [4])]);
        yield return Case("max pooling of windows that overlap",
            [(Conv, [0]), (Operation.NewOverlappingMaxPool(new PoolWindow(3, 2, 1)), [1]), (Operation.NewOverlappingMaxPool(new PoolWindow(2, 1, 0)), [2]), (Operation.Relu, [3]), (Head, [4])]);
        yield return Case("max and average of one value",
            [(Conv, [0]), (Operation.NewMaxPool(2), [1]), (Operation.NewAveragePool(2), [1]), (Operation.WeightedSum, [2, 3]), (Head, [4])]);
        yield return Case("pooling twice",
            [(Conv, [0]), (Operation.NewAveragePool(2), [1]), (Operation.Relu, [2]), (Operation.GlobalAveragePool, [3]), (Head, [4])]);

        static TestCaseData Case(string name, (Operation Operation, int[] Inputs)[] layers) => new TestCaseData(Build(layers)).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Networks))]
    public void Pixel_gradient_is_the_slope_of_the_loss(Network network)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, network);
        using var plan = new Plan(model, Samples, 0, PassMode.InputGradient);
        var images = Images(network);
        var direction = Array.ConvertAll(Images(network), value => value - 0.5f);
        Loss(plan, images);
        plan.Backward(NeuronGradient.Default);
        var slope = plan.PixelGradient.ToArray().Zip(direction, (gradient, step) => (double)gradient * step).Sum();
        const float Step = 1f / 4096; // small, because ReLUs have kinks
        var difference = (Loss(plan, Moved(images, direction, Step)) - Loss(plan, Moved(images, direction, -Step))) / (2 * Step);
        Assert.That(Math.Abs(difference), Is.GreaterThan(1e-3), "the direction tells something");
        Assert.That(slope, Is.EqualTo(difference).Within(5).Percent);
    }

    [TestCaseSource(nameof(Networks))]
    public void Parameter_gradients_are_the_slope_of_the_loss(Network network)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, network);
        using var plan = new Plan(model, Samples, 0, PassMode.Training);
        var images = Images(network);
        model.Parameters.ClearGradients();
        Loss(plan, images);
        plan.Backward(NeuronGradient.Default);
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Trainable))
        {
            var values = parameter.Value.ToArray();
            var gradient = parameter.Gradient!.ToArray();
            var largest = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
            const float Step = 1f / 4096; // small, because ReLUs have kinks
            var difference = (Moved(largest, Step) - Moved(largest, -Step)) / (2 * Step);
            parameter.Value.Upload(values);
            Assert.That(gradient[largest], Is.EqualTo(difference).Within(5).Percent.Or.EqualTo(difference).Within(5e-4), parameter.Name);

            double Moved(int index, float step)
            {
                var moved = (float[])values.Clone();
                moved[index] += step;
                parameter.Value.Upload(moved);
                return Loss(plan, images);
            }
        }
    }

    [Test]
    public void A_threshold_is_trained_where_a_neuron_reads_the_image()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = Model(backend, Build([(Operation.NewNeuron(Thresholds.Shared), [0]), (Head, [1])]));
        using var plan = new Plan(model, Samples, 4, PassMode.Training);
        Loss(plan, Images(model.Network));
        plan.Backward(NeuronGradient.Default);
        Assert.That(model.Parameters["node1.v_th"].Gradient!.ToArray(), Has.All.Not.Zero);
    }

    // 200 passes: lanes that stand for nothing must not grow from pass to pass
    [Test]
    public void Passes_stay_finite_however_many()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "resnet20");
        using var plan = new Plan(model, 3, 5, PassMode.BatchStatistics);
        plan.Pixels.Upload(PlanBench.Images(3, 9));
        plan.Forward(3);
        var first = plan.Logits.ToArray();
        for (var i = 0; i < 200; i++)
        {
            plan.Forward(3);
        }

        Assert.That(plan.Logits.ToArray(), Is.EqualTo(first));
    }

    internal static Network Build((Operation Operation, int[] Inputs)[] layers)
    {
        var half = ListModule.OfSeq([0.5, 0.5, 0.5]);
        var nodes = layers.Select((layer, index) => new Node($"node{index + 1}", layer.Operation, ListModule.OfSeq(layer.Inputs)))
            .Prepend(new Node("norm", Operation.NewNormalise(half, half), ListModule.Empty<int>()));
        return new Network("odd", new Shape(3, 8, 8), PlanBench.Classes, new NeuronModel(1, Reset.Hard), ListModule.OfSeq(nodes));
    }

    private static SpikingModel Model(IBackend backend, Network network)
    {
        var model = new SpikingModel(network, backend);
        model.Initialise(4);
        foreach (var parameter in model.Parameters.All)
        {
            // a BatchNorm that moves values over zero: as the identity it would hide what it writes over
            var kind = parameter.Specification.Kind;
            if (kind.IsShift || kind.IsRunningMean)
            {
                backend.RandomFill(parameter.Value, parameter.Value.Length, RandomKind.Normal, new RandomKey(9, (ulong)parameter.Specification.Node));
            }
        }

        return model;
    }

    private static float[] Images(Network network) =>
        [.. Enumerable.Range(0, Samples * network.Input.Count).Select(i => RandomDraws.Uniform(new RandomKey(7, 8), i))];

    private static float[] Moved(float[] images, float[] direction, float step) =>
        [.. images.Zip(direction, (pixel, towards) => pixel + step * towards)];

    /// <summary>Mean cross-entropy; leaves its gradient in the plan.</summary>
    private static double Loss(Plan plan, float[] images)
    {
        var backend = plan.Model.Backend;
        using var labels = backend.Allocate(Samples);
        using var losses = backend.Allocate(Samples);
        labels.Upload([0, 1, 2]);
        plan.Pixels.Upload(images);
        plan.Forward(Samples);
        backend.Fill(plan.LogitGradient, 0);
        backend.LogitLoss(LogitLoss.CrossEntropy, plan.Logits, null, labels, PlanBench.Classes, 1f / Samples, losses, plan.LogitGradient, null,
            Samples);
        return plan.Logits.ToArray(Samples * PlanBench.Classes).Chunk(PlanBench.Classes).Select(CrossEntropy).Average();

        // in double, unlike the losses' buffer: differences of it are divided by a small step
        static double CrossEntropy(float[] logits, int label) =>
            Math.Log(logits.Sum(logit => Math.Exp((double)logit - logits.Max()))) + logits.Max() - logits[label];
    }
}
