using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Timing;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Execution;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Pruning;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Cli.Commands;

/// <param name="Timesteps">T of the spiking phases.</param>
/// <param name="Batch">Images a pass.</param>
/// <param name="Sparsity">Share of each layer's weights that is pruned.</param>
/// <param name="SpikeRate">As <see cref="SpikeRates.Parse"/>; null leaves thresholds at 1.</param>
internal readonly record struct BenchSetup(string Architecture, int Timesteps, int Batch, double Sparsity, string? SpikeRate);

/// <summary>How a phase is timed.</summary>
/// <param name="WarmUp">How long runs before go on that do not count: the runtime compiles what runs often a second time.</param>
/// <param name="Count">Runs that count.</param>
internal readonly record struct BenchRuns(TimeSpan WarmUp, int Count);

/// <summary>How often a layer's neurons fire: spikes a neuron and step.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Rate">On the images that are timed.</param>
internal readonly record struct BenchRate(string Layer, int Neurons, double Target, double Rate);

/// <param name="ImagesPerSecond">Of the median run.</param>
/// <param name="Traffic">What goes between host and device in one run; null where both are one.</param>
/// <param name="BytesPerConnection">What inference reads of a pruned layer, for each weight that exists; 0 where nothing is pruned.</param>
/// <param name="Routes">The kernels that the backend has run for each layer.</param>
internal readonly record struct BenchTiming(
    double ImagesPerSecond, DeviceTraffic? Traffic, double BytesPerConnection, IReadOnlyList<LayerRoutes> Routes)
{
    public static BenchTiming Of(double imagesPerSecond, DeviceTraffic? traffic, SpikingModel model) =>
        new(imagesPerSecond, traffic, (double)model.PrunedMemory.Bytes / Math.Max(1, model.PrunedMemory.Connections), model.Routes);
}

/// <summary>Inference of the same network in integers.</summary>
/// <param name="PeakBytes">Of all its buffers.</param>
/// <param name="BytesPerConnection">What a pass reads, for each weight that exists.</param>
/// <param name="SpikeRate">Spikes a neuron and step, on the images that are timed.</param>
internal readonly record struct FixedPointTiming(double ImagesPerSecond, long PeakBytes, double BytesPerConnection, double SpikeRate);

/// <summary>A network with random weights, random images and labels to time passes on. Thresholds are 1 where no spike rates are wanted.</summary>
internal sealed class Bench : IDisposable
{
    private const string DataSet = "shapes10";
    private const int Classes = 10;
    private const int Seed = 0;
    private const int CalibrationImages = 16;
    private const float Beta = 2;
    private const float Epsilon = 2f / 255;

    /// <summary>What a profiler shows one run as, once those that are timed are over: the tasks of build.cake have profilers look at it.</summary>
    private const string OneRun = "one-run";

    private static readonly Shape Input = new(3, 32, 32);
    private static readonly SgdSettings Sgd = new(LearningRate: 1e-3f, Momentum: 0.9f, WeightDecay: 1e-4f);

    private readonly BenchSetup setup;
    private readonly SpikingModel model;
    private readonly float[] images;
    private readonly int[] labels;

    /// <exception cref="BadInputException">There is no such architecture, or the sparsity or the spike rates are none.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Bench(BenchSetup setup, IBackend backend, CancellationToken cancellation)
    {
        this.setup = setup;
        Network ann = Architectures.build(setup.Architecture, Classes, Input, [0, 0, 0], [1, 1, 1]);
        model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        var random = new Random(Seed);
        DrawWeights(random);
        if (setup.Sparsity > 0)
        {
            Prune();
        }

        images = DrawImages(random, setup.Batch);
        labels = [.. Enumerable.Range(0, setup.Batch).Select(_ => random.Next(Classes))];
        Rates = setup.SpikeRate is { } rates ? Calibrate(rates, DrawImages(random, CalibrationImages), cancellation) : [];

        // the dense weights that were drawn and pruned are not a phase's memory
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    /// <summary>Of the spiking layers, in the order of the network; empty where no rates are wanted.</summary>
    public IReadOnlyList<BenchRate> Rates { get; }

    /// <summary>All that the plans of a phase will take: activations, gradients, images, parameters, lists, partial results.</summary>
    /// <exception cref="BadInputException">It does not fit.</exception>
    public PlanMemory Memory(BenchPhase phase)
    {
        int timesteps = Timesteps(phase);
        if (phase is BenchPhase.Infer or BenchPhase.AnnInfer)
        {
            return FrozenNetwork.Measure(model, setup.Batch, timesteps);
        }

        var (objective, adversary) = Training(phase);
        var memory = (objective.UsesClean && objective.UsesAdversarial ? 2 : 1) * Plan.Measure(model, setup.Batch, timesteps, PassMode.Training);
        return adversary is null ? memory : memory + Plan.Measure(model, setup.Batch, timesteps, PassMode.InputGradient);
    }

    /// <summary>Times a phase.</summary>
    public BenchTiming Run(BenchPhase phase, BenchRuns runs, CancellationToken cancellation)
    {
        using IDisposable? range = model.Backend.Range(BenchPhases.NameOf(phase));
        return phase is BenchPhase.Infer or BenchPhase.AnnInfer
            ? Infer(Timesteps(phase), runs, cancellation)
            : Step(Training(phase), Timesteps(phase), runs, cancellation);
    }

    /// <summary>Times inference of the network in integers, each weight rounded to the nearest, on as many threads as the backend has.</summary>
    /// <exception cref="BadInputException">It cannot be computed so.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public FixedPointTiming InferInFixedPoint(int bits, BenchRuns runs, CancellationToken cancellation)
    {
        FixedPointNetwork network = Quantiser.Quantise(model, setup.Timesteps, new QuantiserSettings(bits), cancellation).Network;
        using var inference = new FixedPointInference(network, setup.Batch, model.Backend.Parallelism);
        var logits = new float[setup.Batch * Classes];
        var spikes = new long[inference.Layers.Count];
        double imagesPerSecond = setup.Batch
            / MedianTime.Of(() => inference.Run(images, logits), runs.WarmUp, runs.Count, cancellation).TotalSeconds;
        inference.Run(images, logits, spikes);
        double neuronSteps = (double)setup.Batch * setup.Timesteps * inference.Layers.Sum(layer => (double)layer.Neurons);
        return new FixedPointTiming(
            imagesPerSecond, inference.Bytes, (double)inference.ConnectionBytes / Math.Max(1, network.Connections), spikes.Sum() / neuronSteps);
    }

    /// <summary>
    /// Writes the network as a checkpoint, whose images are drawn shapes. Only where spike rates were asked for are its BatchNorm statistics those of
    /// its images, as other commands expect.
    /// </summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Save(string path) => ModelFile.Save(path, model, new ModelInfo(DataSet, setup.Timesteps, "bench"));

    public void Dispose() => model.Dispose();

    private static (TrainingObjective Objective, Adversary? Adversary) Training(BenchPhase phase) => phase switch
    {
        BenchPhase.Bptt or BenchPhase.AnnStep => (TrainingObjective.Natural, null),
        BenchPhase.Trades => (
            TrainingObjective.Trades(Beta),
            new Adversary(new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)), Budget.Pixels(Epsilon), GradientEstimator.Default)),
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "no step of training"),
    };

    private int Timesteps(BenchPhase phase) => BenchPhases.IsAnn(phase) ? 0 : setup.Timesteps;

    private BenchTiming Infer(int timesteps, BenchRuns runs, CancellationToken cancellation)
    {
        using var frozen = new FrozenNetwork(model, setup.Batch, timesteps);
        var logits = new float[setup.Batch * Classes];
        return Time(() => frozen.Run(images, logits), frozen.Model, runs, cancellation);
    }

    private BenchTiming Step(
        (TrainingObjective Objective, Adversary? Adversary) training, int timesteps, BenchRuns runs, CancellationToken cancellation)
    {
        using var step = new TrainingStep(model, setup.Batch, timesteps, training.Objective, training.Adversary, Surrogate.Default);
        ulong pass = 0;
        int[] numbers = [.. Enumerable.Range(0, setup.Batch)];
        return Time(() => step.Run(images, labels, numbers, Sgd, new RandomKey(Seed, pass++)), model, runs, cancellation);
    }

    /// <param name="computed">The network whose kernels and lists are told.</param>
    private BenchTiming Time(Action work, SpikingModel computed, BenchRuns runs, CancellationToken cancellation)
    {
        double imagesPerSecond = setup.Batch / MedianTime.Of(work, runs.WarmUp, runs.Count, cancellation).TotalSeconds;
        return BenchTiming.Of(imagesPerSecond, TrafficOf(work), computed);
    }

    /// <summary>Of one run more, where there is any.</summary>
    private DeviceTraffic? TrafficOf(Action work)
    {
        if (model.Backend.Traffic is not { } before)
        {
            return null;
        }

        using IDisposable? range = model.Backend.Range(OneRun);
        work();
        return model.Backend.Traffic - before;
    }

    private static float[] DrawImages(Random random, int count)
    {
        var drawn = new float[count * Input.Count];
        foreach (ref float pixel in drawn.AsSpan())
        {
            pixel = random.NextSingle();
        }

        return drawn;
    }

    /// <summary>Calibrates on images of their own and measures on those that are timed.</summary>
    private BenchRate[] Calibrate(string rates, float[] calibration, CancellationToken cancellation)
    {
        int[] neurons = [.. Graph.neurons(model.Network).Select(node => model.Shapes[node].Count)];
        double[] targets = SpikeRates.Parse(rates, neurons);
        RateCalibration.Run(model, calibration, setup.Timesteps, targets, cancellation);
        using var frozen = new FrozenNetwork(model, setup.Batch, setup.Timesteps);
        IReadOnlyList<double> found = RateCalibration.Measure(frozen, images);
        return [.. frozen.Layers.Select((layer, i) => new BenchRate(layer.Name, layer.Neurons, targets[i], found[i]))];
    }

    /// <summary>
    /// Weights and biases uniform in ±1/√fan-in, as a new PyTorch layer has them: neurons then fire about as often as in the same network
    /// there.
    /// </summary>
    private void DrawWeights(Random random)
    {
        double bound = 0;
        foreach (ParameterTensor parameter in model.Parameters.All)
        {
            ParameterKind kind = parameter.Specification.Kind;
            if (!kind.IsWeight && !kind.IsBias)
            {
                continue;
            }

            // A bias follows its layer's weights.
            bound = kind.IsWeight ? 1 / Math.Sqrt(parameter.Specification.Dimensions.Skip(1).Aggregate(1, (product, size) => product * size)) : bound;
            var values = new float[parameter.Value.Length];
            foreach (ref float value in values.AsSpan())
            {
                value = (float)(bound * (2 * random.NextDouble() - 1));
            }

            parameter.Value.Upload(values);
        }

    }

    private void Prune()
    {
        foreach (KeptWeights kept in MagnitudePruning.PerLayer(PrunableWeights.Of(model), setup.Sparsity))
        {
            model.Parameters.Prune(kept.Name, kept.Pattern);
        }
    }
}
