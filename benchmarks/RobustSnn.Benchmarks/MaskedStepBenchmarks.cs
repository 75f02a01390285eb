using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Benchmarks;

/// <summary>
/// A natural training step of an ANN while masks of 90 % are learned, against the same step of the dense network: what scores, masks and
/// shares cost. They are a few passes over the weights, whatever the batch, so that a natural step, the shortest there is, shows them most.
/// </summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class MaskedStepBenchmarks
{
    private const int Batch = 128;
    private const double Sparsity = 0.9;

    private static readonly SgdSettings Sgd = new(LearningRate: 1e-3f, Momentum: 0.9f, WeightDecay: 1e-4f);

    private readonly int[] numbers = [.. Enumerable.Range(0, Batch)];
    private IBackend backend = null!;
    private SpikingModel model = null!;
    private TrainingStep step = null!;
    private float[] images = null!;
    private int[] labels = null!;
    private ulong pass;

    [Params("vggsmall", "vgg16")]
    public string Network { get; set; } = null!;

    [GlobalSetup(Target = nameof(Dense))]
    public void SetupDense() => Setup(null);

    [GlobalSetup(Target = nameof(UniformMasks))]
    public void SetupUniform() => Setup(new Hydra());

    [GlobalSetup(Target = nameof(NonUniformMasks))]
    public void SetupNonUniform() => Setup(new Harp(0.01));

    [Benchmark(Baseline = true)]
    public void Dense() => Step();

    [Benchmark]
    public void UniformMasks() => Step();

    [Benchmark]
    public void NonUniformMasks() => Step();

    [GlobalCleanup]
    public void Cleanup()
    {
        step.Dispose();
        model.Dispose();
        backend.Dispose();
    }

    private void Setup(IPruningMethod? method)
    {
        backend = Backends.Open();
        var network = Architectures.build(Network, 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        model = new SpikingModel(network, backend);
        model.Initialise(1);
        model.Parameters.PrepareTraining();
        var masks = method?.Learn(model, Sparsity);
        masks?.BeginEpoch(0);
        step = new TrainingStep(model, Batch, 0, TrainingObjective.Natural, null, Surrogate.Default)
        {
            BeforeStep = masks is null ? null : _ => masks.BeforeStep(Sgd),
        };
        var random = new Random(1);
        images = [.. Enumerable.Range(0, Batch * network.Input.Count).Select(_ => random.NextSingle())];
        labels = [.. Enumerable.Range(0, Batch).Select(_ => random.Next(10))];
    }

    private void Step()
    {
        step.Run(images, labels, numbers, Sgd, new RandomKey(1, pass++));
        backend.Synchronize();
    }
}
