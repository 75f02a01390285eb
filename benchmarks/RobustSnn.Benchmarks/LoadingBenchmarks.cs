using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Benchmarks;

/// <summary>
/// What loading batches costs beside the shortest step that there is: a natural one of the preset cifar10-small's network on a batch of 128.
/// Times are of one batch. Images are noise, because neither loading nor a dense step takes longer for others.
/// </summary>
public class LoadingBenchmarks
{
    private const int BatchSize = 128;
    private const int Batches = 16;
    private const string Load = "load a batch: crop and flip, 32 × 32";
    private const string LoadResized = "load a batch: resized crop and flip, 64 × 64";
    private const string Step = "step on one batch again and again";
    private const string LoadThenStep = "load, then step";
    private const string LoadBesideStep = "step, batches loaded beside";

    private readonly PixelStatistics statistics = PixelStatistics.Cifar10;
    private readonly int[] one = [.. Enumerable.Range(0, BatchSize)];
    private IBackend backend = null!;
    private SpikingModel model = null!;
    private TrainingStep step = null!;
    private Action run = null!;
    private TimeSpan stepping;
    private TimeSpan waited;

    [Params(Load, LoadResized, Step, LoadThenStep, LoadBesideStep)]
    public string Part { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        backend = Backends.Open();
        var network = Architectures.build("vggsmall", 10, Cifar10Binary.ImageShape, [.. statistics.Mean], [.. statistics.Deviation]);
        model = new SpikingModel(network, backend);
        model.Initialise(1);
        model.Parameters.PrepareTraining();
        step = new TrainingStep(model, BatchSize, 0, TrainingObjective.Natural, null, Surrogate.Default);
        var small = Noise(Cifar10Binary.ImageShape);
        var recipe = new BatchRecipe(
            small, new([.. Enumerable.Range(0, small.Count)], BatchSize, dropLast: false), new(CropPadding: 4, Flip: true, CutoutSize: 0), statistics);
        var (pixels, labels) = (new float[BatchSize * small.ImageShape.Count], new int[BatchSize]);
        run = Part switch
        {
            Load => () => Repeat(() => Fill(recipe, one, pixels, labels)),
            LoadResized => Resized(),
            Step => () => Repeat(() => Train(pixels, labels, one)),
            LoadThenStep => () => InTurn(recipe, pixels, labels),
            _ => Beside(recipe),
        };
    }

    [Benchmark(OperationsPerInvoke = Batches)]
    public void Batch() => run();

    [GlobalCleanup]
    public void Cleanup()
    {
        if (stepping > TimeSpan.Zero)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Of {stepping.TotalSeconds:F1} s of training steps, {100 * (waited / stepping):F2} % were waited for batches"));
        }

        step.Dispose();
        model.Dispose();
        backend.Dispose();
    }

    private static void Repeat(Action action)
    {
        for (var i = 0; i < Batches; i++)
        {
            action();
        }
    }

    private void InTurn(BatchRecipe recipe, float[] pixels, int[] labels)
    {
        foreach (var batch in recipe.Sampler.Epoch(default))
        {
            Fill(recipe, batch.Span, pixels, labels);
            Train(pixels, labels, batch.Span);
        }
    }

    private Action Beside(BatchRecipe recipe)
    {
        var loader = new BatchLoader(recipe);
        return () =>
        {
            var started = Stopwatch.GetTimestamp();
            using var batches = loader.Epoch(default, CancellationToken.None).GetEnumerator();
            while (true)
            {
                var asked = Stopwatch.GetTimestamp();
                if (!batches.MoveNext())
                {
                    break;
                }

                waited += Stopwatch.GetElapsedTime(asked);
                Train(batches.Current.Pixels, batches.Current.Labels, batches.Current.Numbers);
            }

            stepping += Stopwatch.GetElapsedTime(started);
        };
    }

    private Action Resized()
    {
        var large = Noise(TinyImageNet.ImageShape);
        var recipe = new BatchRecipe(
            large, new([.. Enumerable.Range(0, large.Count)], BatchSize, dropLast: false),
            new(CropPadding: 0, Flip: true, CutoutSize: 0, ResizedCropSize: large.Rows), statistics);
        var (pixels, labels) = (new float[BatchSize * large.ImageShape.Count], new int[BatchSize]);
        return () => Repeat(() => Fill(recipe, one, pixels, labels));
    }

    private static void Fill(BatchRecipe recipe, ReadOnlySpan<int> batch, float[] pixels, int[] labels)
    {
        recipe.Augmentation.CopyImages(recipe.Images, batch, recipe.Statistics, default, pixels);
        recipe.Images.CopyLabels(batch, labels);
    }

    private void Train(ReadOnlySpan<float> pixels, ReadOnlySpan<int> labels, ReadOnlySpan<int> numbers) =>
        step.Run(pixels, labels, numbers, new SgdSettings(LearningRate: 1e-3f, Momentum: 0.9f, WeightDecay: 1e-4f), new RandomKey(1, 0));

    private static ImageSet Noise(Shape shape)
    {
        var random = new Random(1);
        var pixels = new byte[Batches * BatchSize * shape.Count];
        random.NextBytes(pixels);
        return new ImageSet(
            "noise", shape, Cifar10Binary.ClassNames, [.. pixels], [.. Enumerable.Range(0, Batches * BatchSize).Select(_ => random.Next(10))]);
    }
}
