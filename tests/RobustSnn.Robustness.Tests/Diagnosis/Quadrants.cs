using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Robustness.Tests.Diagnosis;

/// <summary>Images of noise in which one quadrant is a little brighter, which is their class, and networks that have learned to see it.</summary>
internal sealed class Quadrants : ISampleSource
{
    private const int Side = 8;
    private const float Brighter = 0.16f;

    private readonly float[] images;
    private readonly int classes;

    public Quadrants(int count, int seed, int classes = Small.Classes)
    {
        this.classes = classes;
        var random = new Random(seed);
        Count = count;
        images = new float[count * Small.PixelCount];
        for (var i = 0; i < images.Length; i++)
        {
            var (row, column) = (i / Side % Side, i % Side);
            var quadrant = (row / (Side / 2) * 2) + (column / (Side / 2));
            var isBright = quadrant == Label(i / Small.PixelCount);
            images[i] = 0.25f + (0.3f * random.NextSingle()) + (isBright ? Brighter : 0);
        }
    }

    /// <summary>Of a trained ANN, the same whoever asks.</summary>
    private static Lazy<float[][]> Ann { get; } = new(() => Learn(backend => Small.Ann(backend), timesteps: 0));

    private static Lazy<float[][]> Spiking { get; } = new(() => Learn(backend => Small.Spiking(backend), timesteps: 4));

    private static Lazy<float[][]> Twin { get; } = new(() => Learn(backend => Small.Ann(backend, seed: 7), timesteps: 0));

    public int Count { get; }

    public void Read(int index, Span<float> pixels) => images.AsSpan(index * Small.PixelCount, Small.PixelCount).CopyTo(pixels);

    public int Number(int index) => 10 * index;

    public int Label(int index) => index % classes;

    /// <summary>Moves the first pixel of every image there.</summary>
    public Quadrants WithFirstPixel(float value)
    {
        for (var i = 0; i < Count; i++)
        {
            images[i * Small.PixelCount] = value;
        }

        return this;
    }

    public static SpikingModel TrainedAnn(IBackend backend) => With(Small.Ann(backend), Ann.Value);

    public static SpikingModel TrainedSpiking(IBackend backend) => With(Small.Spiking(backend), Spiking.Value);

    /// <summary>Another ANN, which has learned the same from another start.</summary>
    public static SpikingModel TrainedTwin(IBackend backend) => With(Small.Ann(backend), Twin.Value);

    private static SpikingModel With(SpikingModel model, float[][] values)
    {
        foreach (var (parameter, value) in model.Parameters.All.Zip(values))
        {
            parameter.Value.Upload(value);
        }

        return model;
    }

    private static float[][] Learn(Func<IBackend, SpikingModel> create, int timesteps)
    {
        const int Batch = 32;
        const int Steps = 120;
        using var backend = Small.Backend();
        using var model = create(backend);
        var adversary = new Adversary(new Pgd(new PgdOptions(3)), Budget.Pixels(Small.Epsilon), GradientEstimator.Default);
        using var step = new TrainingStep(model, Batch, timesteps, TrainingObjective.Adversarial, adversary, Surrogate.Default);
        for (var i = 0; i < Steps; i++)
        {
            var batch = new Quadrants(Batch, 1000 + i);
            int[] numbers = [.. Enumerable.Range(i * Batch, Batch)];
            step.Run(batch.images, [.. Enumerable.Range(0, Batch).Select(batch.Label)], numbers, new SgdSettings(0.05f, 0.9f, 0), new RandomKey(1, (ulong)i));
        }

        return [.. model.Parameters.All.Select(parameter => parameter.Value.ToArray())];
    }
}
