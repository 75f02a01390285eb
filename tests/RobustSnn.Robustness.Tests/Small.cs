using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests;

/// <summary>A network small enough to attack in milliseconds: vggmini on 8 × 8 images with 4 classes, random weights.</summary>
internal static class Small
{
    public const int Classes = 4;
    public const float Epsilon = 8f / 255;

    private static readonly Shape Input = new(3, 8, 8);

    public static int PixelCount => Input.Count;

    public static Network Network { get; } = Architectures.build("vggmini", Classes, Input, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);

    public static NeuronModel Neurons { get; } = new(1.0, Reset.Hard);

    public static IBackend Backend() => Backends.Open(options: new(1));

    public static SpikingModel Ann(IBackend backend, ulong seed = 1)
    {
        var model = new SpikingModel(Network, backend);
        model.Initialise(seed);
        return model;
    }

    /// <summary>The same weights behind neurons with that threshold.</summary>
    public static SpikingModel Spiking(IBackend backend, float threshold = 0.25f, ulong seed = 1)
    {
        var model = new SpikingModel(Conversion.toSpiking(Neurons, Network), backend);
        model.Initialise(seed);
        foreach (var parameter in model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold))
        {
            parameter.Value.Upload([threshold]);
        }

        return model;
    }

    /// <summary>Random images (sample, channel, row, column).</summary>
    public static float[] Images(int samples, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples * PixelCount).Select(_ => random.NextSingle())];
    }

    /// <summary>What the network says: labels that it gets right.</summary>
    public static int[] OwnLabels(Classifier classifier, float[] images)
    {
        var labels = new int[images.Length / PixelCount];
        using var pixels = classifier.Backend.Allocate(images.Length);
        pixels.Upload(images);
        classifier.Predict(pixels, labels);
        return labels;
    }
}

/// <summary>What tests ask of marks that stay on the device.</summary>
internal static class Marks
{
    /// <summary>Marks the samples that these logits get wrong.</summary>
    public static void MarkWrong(this AttackBatch batch, DeviceBuffer logits, Span<bool> wrong)
    {
        var marks = batch.Vector("tests.wrong");
        batch.MarkWrong(logits, marks);
        var values = marks.ToArray(wrong.Length);
        for (var i = 0; i < wrong.Length; i++)
        {
            wrong[i] = values[i] != 0;
        }
    }
}

/// <summary>A network, its classifier and a batch of images that it gets right.</summary>
internal sealed class SmallAttack : IDisposable
{
    private readonly IBackend backend = Small.Backend();
    private readonly SpikingModel model;

    public SmallAttack(int timesteps, int samples = 6, float threshold = 0.25f)
    {
        this.model = timesteps == 0 ? Small.Ann(this.backend) : Small.Spiking(this.backend, threshold);
        Classifier = new Classifier(this.model, samples, timesteps);
        Batch = new AttackBatch(Classifier);
        Images = Small.Images(samples);
        if (timesteps > 0)
        {
            CentreLogits();
        }

        Labels = Small.OwnLabels(Classifier, Images);
        Batch.Load(Images, Labels, [.. Enumerable.Range(0, Labels.Length)]);
    }

    public Classifier Classifier { get; }

    public AttackBatch Batch { get; }

    public float[] Images { get; }

    public int[] Labels { get; }

    public static AttackSettings Settings(GradientEstimator estimator, ulong seed = 1) =>
        new(Budget.Pixels(Small.Epsilon), estimator, new RandomKey(seed, 0));

    /// <summary>The adversarial images of a run.</summary>
    public float[] Run(IAttack attack, AttackSettings settings)
    {
        attack.Run(Batch, settings);
        return Batch.DownloadAdversarial().ToArray();
    }

    public float[] LossesAt(DeviceBuffer pixels, LogitLoss loss)
    {
        Batch.Losses(pixels, loss, null, GradientEstimator.Default);
        return Batch.LossValues.ToArray(Batch.Samples);
    }

    /// <summary>Moves the head's biases until each class has mean logit 0, so that random weights tell the images apart.</summary>
    private void CentreLogits()
    {
        using var pixels = this.backend.Allocate(Images.Length);
        pixels.Upload(Images);
        var logits = Classifier.Logits(pixels, Classifier.Batch).ToArray();
        var bias = new float[Small.Classes];
        for (var i = 0; i < logits.Length; i++)
        {
            bias[i % Small.Classes] -= logits[i] / Classifier.Batch;
        }

        this.model.Parameters["classifier.4.bias"].Value.Upload(bias);
    }

    public void Dispose()
    {
        Batch.Dispose();
        Classifier.Dispose();
        this.model.Dispose();
        this.backend.Dispose();
    }
}
