using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>Spikes as bits, and BatchNorm and neuron in one: the same numbers, less memory.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
public sealed class SpikingPlanTests
{
    private const int FloatBytes = sizeof(float);

    private static readonly Operation Conv = Operation.NewConvolution(new Convolution(4, 3, 1, 1, true));
    private static readonly Operation NoBias = Operation.NewConvolution(new Convolution(4, 3, 1, 1, false)); // BatchNorm takes a bias out again
    private static readonly Operation Head = Operation.NewLinear(PlanBench.Classes, true);

    private static IEnumerable<TestCaseData> Readers()
    {
        yield return Case("convolution", true, (Conv, [3]), (Head, [4]));
        yield return Case("linear", true, (Head, [3]));
        yield return Case("average pool", true, (Operation.NewAveragePool(2), [3]), (Head, [4]));
        yield return Case("global average pool", true, (Operation.GlobalAveragePool, [3]), (Head, [4]));
        yield return Case("max pool", true, (Operation.NewMaxPool(2), [3]), (Conv, [4]), (Head, [5]));
        yield return Case("max pool before BatchNorm", true, (Operation.NewMaxPool(2), [3]), (Operation.BatchNorm, [4]), (Head, [5]));
        yield return Case("max pool of a max pool", true, (Operation.NewMaxPool(2), [3]), (Operation.NewMaxPool(2), [4]), (Head, [5]));
        yield return Case("neurons of a threshold a channel", true, (Conv, [3]), (Operation.NewNeuron(Thresholds.Channelwise), [4]), (Head, [5]));
        yield return Case("weighted sum", true, (Operation.WeightedSum, [3, 1]), (Head, [4]));
        yield return Case("plain sum", true, (Operation.Sum, [3, 1]), (Head, [4]));
        yield return Case("dropout", true, (Operation.NewDropout(0.5), [3]), (Head, [4]));
        yield return Case("BatchNorm", false, (Operation.BatchNorm, [3]), (Head, [4]));
        yield return Case("max pool of windows that overlap", false, (Operation.NewOverlappingMaxPool(new PoolWindow(3, 2, 1)), [3]), (Head, [4]));
        yield return Case("neuron", false, (Operation.NewNeuron(Thresholds.Shared), [3]), (Head, [4]));
        yield return Case("convolution and ReLU", false, (Conv, [3]), (Operation.Relu, [3]), (Operation.WeightedSum, [4, 5]), (Head, [6]));

        static TestCaseData Case(string name, bool bits, params (Operation, int[])[] readers) =>
            new TestCaseData(OddNetworkTests.Build([(NoBias, [0]), (Operation.BatchNorm, [1]), (Operation.NewNeuron(Thresholds.Shared), [2]), .. readers]), bits)
                .SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Readers))]
    public void Spikes_are_bits_where_every_reader_takes_them(Network network, bool expected)
    {
        using var backend = Backends.Open("reference");
        using var model = new SpikingModel(network, backend);
        Assert.That(new PlanGraph(model, 2, 4, PassMode.Training).Shapes[3].IsBits, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Readers))]
    public void Training_equals_the_reference_with_any_reader(Network network, bool bits)
    {
        using var fast = Backends.Open(options: new(2));
        using var plain = Backends.Open("reference");
        var images = Pixels(network, 5);
        AssertClose(Train(fast), Train(plain), 2e-3);

        IReadOnlyList<(string Name, float[] Values)> Train(IBackend backend)
        {
            using var model = Model(backend, network);
            using var plan = new Plan(model, 5, 4, PassMode.Training);
            return PlanBench.Train(plan, images, 4);
        }
    }

    // statistics plans keep currents, and so run BatchNorm and neuron one after the other; neither has dropout
    [TestCase("wrnmini", 1, 3, 2)]
    [TestCase("wrnmini", 5, 18, 17)]
    [TestCase("resnet20", 4, 3, 3)]
    public void BatchNorm_and_neuron_in_one_fire_as_the_two_do(string architecture, int timesteps, int batch, int samples)
    {
        using var backend = Backends.Open(options: new(2));
        using var model = PlanBench.Model(backend, architecture);
        Assert.That(Logits(PassMode.Training), Is.EqualTo(Logits(PassMode.BatchStatistics)));

        float[] Logits(PassMode mode)
        {
            using var plan = new Plan(model, batch, timesteps, mode);
            plan.Pixels.Upload(PlanBench.Images(batch, 11));
            plan.Forward(samples);
            return plan.Logits.ToArray(samples * PlanBench.Classes);
        }
    }

    [Test]
    public void Input_gradients_of_other_neurons_and_estimators_equal_the_reference(
        [Values("vggmini", "wrnmini")] string architecture, [Values] NeuronPath path)
    {
        using var fast = Backends.Open(options: new(2));
        using var plain = Backends.Open("reference");
        var (logits, gradient) = Attack(fast);
        var expected = Attack(plain);
        Assert.That(expected.Gradient, Has.Some.Not.Zero);
        Assert.That(PlanBench.Error(logits, expected.Logits), Is.LessThan(1e-4));
        Assert.That(PlanBench.Error(gradient, expected.Gradient), Is.LessThan(1e-3));

        (float[] Logits, float[] Gradient) Attack(IBackend backend)
        {
            using var model = PlanBench.Model(backend, architecture, Reset.Soft, 0.9);
            using var plan = new Plan(model, 3, 3, PassMode.InputGradient);
            return PlanBench.Attack(plan, PlanBench.Images(3, 12), 3, new NeuronGradient(new Surrogate(SurrogateKind.Exponential, 2), path));
        }
    }

    [Test]
    public void An_input_gradient_allocates_nothing([Values] NeuronPath path)
    {
        using var backend = Backends.Open(options: new(1, IsChecked: false));
        using var model = PlanBench.Model(backend, "wrnmini");
        using var plan = new Plan(model, 3, 4, PassMode.InputGradient);
        plan.Pixels.Upload(PlanBench.Images(3, 12));
        Assert.That(Allocations.OfEachCall(Pass), Is.Zero);

        void Pass()
        {
            plan.Forward(3);
            backend.Fill(plan.LogitGradient, 0.1f);
            plan.Backward(NeuronGradient.Default with { Path = path });
        }
    }

    [TestCase("vggmini", 4)]
    [TestCase("wrnmini", 2)]
    public void A_training_step_changes_parameters_as_the_reference_does(string architecture, int timesteps)
    {
        using var fast = Backends.Open(options: new(2));
        using var plain = Backends.Open("reference");
        AssertClose(Step(fast), Step(plain), 1e-4);

        IReadOnlyList<(string Name, float[] Values)> Step(IBackend backend)
        {
            using var model = PlanBench.Model(backend, architecture);
            using var plan = new Plan(model, 3, timesteps, PassMode.Training);
            PlanBench.Train(plan, PlanBench.Images(3, 13), 3);
            model.Parameters.SgdStep(new SgdSettings(0.05f, 0.9f, 1e-4f));
            // of two biases that a BatchNorm takes out again the gradients are rounding; they start at 0
            return [.. model.Parameters.All.Where(parameter => !IsTakenOut(parameter.Name)).Select(parameter => (parameter.Name, parameter.Value.ToArray()))];
        }

        static bool IsTakenOut(string name) => name.StartsWith("features", StringComparison.Ordinal) && name.EndsWith(".bias", StringComparison.Ordinal)
            && int.Parse(name.Split('.')[1], null) % 4 == 0;
    }

    [TestCase("vggmini", 4)]
    [TestCase("wrnmini", 5)]
    public void Spikes_are_counted_alike_however_they_are_stored(string architecture, int timesteps)
    {
        using var fast = Backends.Open(options: new(2));
        using var plain = Backends.Open("reference");
        var counts = Counts(fast);
        Assert.That(counts, Is.EqualTo(Counts(plain)).And.All.GreaterThan(0));

        double[] Counts(IBackend backend)
        {
            using var model = PlanBench.Model(backend, architecture);
            using var plan = new Plan(model, 18, timesteps, PassMode.Inference);
            plan.Pixels.Upload(PlanBench.Images(18, 14));
            plan.Forward(17, countSpikes: true);
            return [.. model.Network.Nodes.Index().Where(node => node.Item.Operation.IsNeuron).Select(node => plan.SpikeCount(node.Index))];
        }
    }

    [Test]
    public void Currents_that_are_not_stored_are_not_given()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var plan = new Plan(model, 1, 2, PassMode.Inference);
        var neuron = model.Network.Nodes.Index().First(node => node.Item.Operation.IsNeuron).Index;
        plan.ForwardToNeuron(neuron, 1);
        Assert.That(() => plan.Current(neuron), Throws.InvalidOperationException.With.Message.Contains("BatchStatistics"));
    }

    /// <param name="before">Floats a neuron-step of a plan that keeps BatchNorm's input and output, membranes and spikes as floats, and every value to the end.</param>
    /// <param name="ratio">
    /// Of that: one float and one bit are kept; the rest are pooled values, gradients under way and borders, which are wide for small maps.
    /// </param>
    [TestCase("vgg16", 16, 4, 5.69, 0.40)]
    [TestCase("vgg16", 32, 8, 5.59, 0.40)]
    [TestCase("vgg11", 16, 8, 5.56, 0.47)]
    [TestCase("wrn16-4", 16, 8, 5.49, 0.46)]
    public void Training_takes_less_than_half_the_memory(string architecture, int batch, int timesteps, double before, double ratio)
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, architecture, side: 32);
        var neuronSteps = model.Network.Nodes.Index().Where(node => node.Item.Operation.IsNeuron)
            .Sum(node => (long)batch * timesteps * model.Shapes[node.Index].Count);
        var floats = (double)Plan.Measure(model, batch, timesteps, PassMode.Training).Own / FloatBytes / neuronSteps;
        Assert.That(floats, Is.LessThan(ratio * before).And.GreaterThan(1 + 1.0 / 32));
    }

    private static void AssertClose(IReadOnlyList<(string Name, float[] Values)> actual, IReadOnlyList<(string Name, float[] Values)> expected,
        double tolerance)
    {
        Assert.That(actual.Select(result => result.Name), Is.EqualTo(expected.Select(result => result.Name)));
        using var all = Assert.EnterMultipleScope();
        for (var i = 0; i < expected.Count; i++)
            Assert.That(PlanBench.Error(actual[i].Values, expected[i].Values), Is.LessThan(tolerance), expected[i].Name);
    }

    private static SpikingModel Model(IBackend backend, Network network)
    {
        var model = new SpikingModel(network, backend);
        model.Initialise(4);
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Kind.IsThreshold))
            backend.Fill(parameter.Value, 0.4f);
        return model;
    }

    private static float[] Pixels(Network network, int samples) =>
        [.. Enumerable.Range(0, samples * network.Input.Count).Select(i => RandomDraws.Uniform(new RandomKey(7, 8), i))];
}
