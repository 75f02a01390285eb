using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Tests.Attacks;

/// <summary>
/// A network of no or one hidden layer of ReLU whose weights are known, small enough to be computed in double on the host, with a batch of drawn
/// images that it gets right.
/// </summary>
internal sealed class ExactNetwork : IDisposable
{
    private readonly IBackend backend = Small.Backend();
    private readonly SpikingModel model;
    private readonly double[][] layers; // (output, input) and the biases behind them, pixels as they are
    private readonly int hidden;

    /// <param name="hidden">Neurons of the hidden layer; 0 for a linear classifier.</param>
    /// <param name="scale">Of the weights' deviation, over 1/√inputs.</param>
    /// <param name="blindEdge">Whether the first layer sees nothing of the last row and column.</param>
    public ExactNetwork(Shape image, int classes, int hidden, int samples, int seed, double scale = 1, bool blindEdge = false)
    {
        this.hidden = hidden;
        Classes = classes;
        Operation[] operations =
        [
            Operation.NewNormalise(ListModule.OfSeq(Enumerable.Repeat(0.0, image.Channels)), ListModule.OfSeq(Enumerable.Repeat(1.0, image.Channels))),
            .. hidden == 0 ? [] : new[] { Operation.NewLinear(hidden, true), Operation.Relu },
            Operation.NewLinear(classes, true),
        ];
        var network = new Network("exact", image, classes, Small.Neurons,
            ListModule.OfSeq(operations.Select((operation, i) => new Node($"n{i}", operation, i == 0 ? [] : [i - 1]))));
        this.model = new SpikingModel(network, this.backend);
        this.model.Initialise((ulong)seed);
        var random = new Random(seed);
        layers = [.. this.model.Parameters.All.Select((parameter, i) =>
            Draw(parameter, random, scale, place => blindEdge && i == 0 && (place % image.Columns == image.Columns - 1 || place / image.Columns % image.Rows == image.Rows - 1)))];
        Classifier = new Classifier(this.model, samples, 0);
        Batch = new AttackBatch(Classifier);
        Images = [.. Enumerable.Range(0, samples * image.Count).Select(_ => 0.2f + 0.6f * random.NextSingle())];
        CentreLogits(samples);
        Labels = [.. Enumerable.Range(0, samples).Select(sample => Largest(Logits(Image(sample))))];
        Load();
    }

    public int Classes { get; }

    public Classifier Classifier { get; }

    public AttackBatch Batch { get; }

    public float[] Images { get; }

    public int[] Labels { get; }

    /// <summary>Of each parameter, as it was drawn: weights (output, input), then biases.</summary>
    public IReadOnlyList<double[]> Layers => layers;

    public static AttackSettings Settings(Norm norm, float radius, ulong seed = 1) =>
        new(new Budget(norm, radius), GradientEstimator.Default, new RandomKey(seed, 0));

    public void Load() => Batch.Load(Images, Labels, [.. Enumerable.Range(0, Labels.Length)]);

    /// <summary>
    /// Gives a linear classifier of two classes the largest weights that logits are numbers with: the gradient of their difference is none.
    /// </summary>
    public void Spoil()
    {
        var pixels = Classifier.PixelCount;
        const float large = 3e38f;
        this.model.Parameters.All[0].Value.Upload([.. Enumerable.Range(0, 2 * pixels).Select(i => i % pixels > 1 ? 0 : i % pixels == i / pixels ? large : -large)]);
        for (var sample = 0; sample < Labels.Length; sample++)
        {
            Labels[sample] = Images[sample * pixels] > Images[sample * pixels + 1] ? 0 : 1;
        }

        Load();
    }

    public double[] Image(int sample) =>
        Array.ConvertAll(Images[(sample * Classifier.PixelCount)..((sample + 1) * Classifier.PixelCount)], pixel => (double)pixel);

    /// <summary>In double, on the host, of the weights as drawn.</summary>
    public double[] Logits(double[] image)
    {
        var values = Linear(image, layers[0], layers[1]);
        return this.hidden == 0 ? values : Linear([.. values.Select(value => Math.Max(value, 0))], layers[2], layers[3]);
    }

    /// <summary>The label's logit minus the largest other.</summary>
    public double Margin(double[] image, int label)
    {
        var logits = Logits(image);
        return logits[label] - logits.Where((_, each) => each != label).Max();
    }

    public static double Distance(Norm norm, double[] first, double[] second) => norm == Norm.Infinity
        ? first.Zip(second, (a, b) => Math.Abs(a - b)).Max()
        : Math.Sqrt(first.Zip(second, (a, b) => (a - b) * (a - b)).Sum());

    /// <summary>Of each sample, whether the network gets its adversarial image wrong.</summary>
    public bool[] Broken()
    {
        var wrong = new bool[Labels.Length];
        Batch.MarkWrong(Classifier.Logits(Batch.Adversarial, wrong.Length), wrong);
        return wrong;
    }

    public void Dispose()
    {
        Batch.Dispose();
        Classifier.Dispose();
        this.model.Dispose();
        this.backend.Dispose();
    }

    private static double[] Draw(ParameterTensor parameter, Random random, double scale, Func<int, bool> isZero)
    {
        var length = (int)parameter.Value.Length;
        var inputs = parameter.Specification.Name.EndsWith("weight", StringComparison.Ordinal) ? length / Outputs(parameter) : 10;
        float[] values = [.. Enumerable.Range(0, length).Select(i => (float)(scale * Normal(random) / Math.Sqrt(inputs)) * (isZero(i) ? 0 : 1))];
        parameter.Value.Upload(values);
        return Array.ConvertAll(values, value => (double)value);
    }

    private static int Outputs(ParameterTensor parameter) => parameter.Specification.Dimensions[0];

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double[] Linear(double[] inputs, double[] weights, double[] biases)
    {
        double[] outputs = [.. biases];
        for (var output = 0; output < outputs.Length; output++)
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                outputs[output] += weights[output * inputs.Length + i] * inputs[i];
            }
        }

        return outputs;
    }

    private static int Largest(double[] logits) => Array.IndexOf(logits, logits.Max());

    /// <summary>Moves the last biases until each class has mean logit 0, so that images have different labels.</summary>
    private void CentreLogits(int samples)
    {
        var means = new double[Classes];
        for (var sample = 0; sample < samples; sample++)
        {
            var logits = Logits(Image(sample));
            means = [.. means.Zip(logits, (mean, logit) => mean + logit / samples)];
        }

        var biases = layers[^1].Zip(means, (bias, mean) => (float)(bias - mean)).ToArray();
        this.model.Parameters.All[^1].Value.Upload(biases);
        layers[^1] = Array.ConvertAll(biases, bias => (double)bias);
    }
}
