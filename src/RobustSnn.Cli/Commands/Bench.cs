using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine.Timing;
using RobustSnn.Engine;
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
/// <param name="PeakBytes">All that the plans of the phase take: activations, gradients, images, parameters, lists, partial results.</param>
/// <param name="BytesPerConnection">What inference reads of a pruned layer, for each weight that exists; 0 where nothing is pruned.</param>
/// <param name="Routes">The kernels that the backend has run for each layer.</param>
internal readonly record struct BenchTiming(double ImagesPerSecond, long PeakBytes, double BytesPerConnection, IReadOnlyList<LayerRoutes> Routes)
{
    public static BenchTiming Of(double imagesPerSecond, long peakBytes, SpikingModel model) =>
        new(imagesPerSecond, peakBytes, (double)model.PrunedMemory.Bytes / Math.Max(1, model.PrunedMemory.Connections), model.Routes);
}

/// <summary>A network with random weights, random images and labels to time passes on. Thresholds are 1 where no spike rates are wanted.</summary>
internal sealed class Bench : IDisposable
{
    private const int Classes = 10;
    private const int Seed = 0;
    private const int CalibrationImages = 16;
    private const float Beta = 2;
    private const float Epsilon = 2f / 255;

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

    /// <summary>Times a phase.</summary>
    public BenchTiming Run(BenchPhase phase, BenchRuns runs, CancellationToken cancellation)
    {
        int timesteps = BenchPhases.IsAnn(phase) ? 0 : setup.Timesteps;
        return phase switch
        {
            BenchPhase.Infer or BenchPhase.AnnInfer => Infer(timesteps, runs, cancellation),
            BenchPhase.Bptt or BenchPhase.AnnStep => Step(TrainingObjective.Natural, null, timesteps, runs, cancellation),
            BenchPhase.Trades => Step(
                TrainingObjective.Trades(Beta),
                new Adversary(new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler)), Budget.Pixels(Epsilon), GradientEstimator.Default),
                timesteps, runs, cancellation),
            _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "no such phase"),
        };
    }

    public void Dispose() => model.Dispose();

    private BenchTiming Infer(int timesteps, BenchRuns runs, CancellationToken cancellation)
    {
        using var frozen = new FrozenNetwork(model, setup.Batch, timesteps);
        var logits = new float[setup.Batch * Classes];
        return BenchTiming.Of(Time(() => frozen.Run(images, logits), runs, cancellation), frozen.PeakBytes, frozen.Model);
    }

    private BenchTiming Step(TrainingObjective objective, Adversary? adversary, int timesteps, BenchRuns runs, CancellationToken cancellation)
    {
        using var step = new TrainingStep(model, setup.Batch, timesteps, objective, adversary, Surrogate.Default);
        ulong pass = 0;
        int[] numbers = [.. Enumerable.Range(0, setup.Batch)];
        double imagesPerSecond = Time(() => step.Run(images, labels, numbers, Sgd, new RandomKey(Seed, pass++)), runs, cancellation);
        var memory = (objective.UsesClean && objective.UsesAdversarial ? 2 : 1) * Plan.Measure(model, setup.Batch, timesteps, PassMode.Training);
        if (adversary is not null)
        {
            memory += Plan.Measure(model, setup.Batch, timesteps, PassMode.InputGradient);
        }

        return BenchTiming.Of(imagesPerSecond, memory.Total, model);
    }

    /// <summary>Images a second of the median run.</summary>
    private double Time(Action work, BenchRuns runs, CancellationToken cancellation) =>
        setup.Batch / MedianTime.Of(work, runs.WarmUp, runs.Count, cancellation).TotalSeconds;

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
