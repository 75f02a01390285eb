using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Reference;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>What a layer of neurons did.</summary>
/// <param name="Spikes">Over all steps and samples.</param>
/// <param name="Close">Neuron-steps whose membrane lies within <see cref="ReferenceNetwork.Margin"/> of the threshold: rounding may turn them.</param>
internal readonly record struct LayerSpikes(string Layer, double Spikes, IReadOnlyList<NeuronStep> Close);

/// <summary>One neuron of one sample at one step.</summary>
/// <param name="Place">In (step, sample, channel, row, column).</param>
internal readonly record struct NeuronStep(string Layer, int Place);

/// <summary>
/// Evaluates a network node by node with the reference's operations, and knows nothing of plans, shared buffers or fused steps: what those
/// must not change.
/// </summary>
internal sealed class ReferenceNetwork : IOperationVisitor<Activation>
{
    public const float Margin = 1e-5f;

    private const float Epsilon = 1e-5f; // PyTorch's

    private readonly ReferenceBackend backend = new();
    private readonly SpikingModel model;
    private readonly int timesteps;
    private readonly int samples;
    private readonly DeviceBuffer pixels;
    private readonly bool[] isStatic;
    private readonly List<Activation> values = [];
    private readonly List<LayerSpikes> layers = [];
    private readonly List<float[]> membranes = [];
    private readonly IReadOnlyList<NeuronStep> turned;

    /// <param name="model">On any backend.</param>
    /// <param name="turned">Where the other thing happens than what the membrane says: it has to be close to the threshold.</param>
    public ReferenceNetwork(SpikingModel model, float[] images, int timesteps, params IReadOnlyList<NeuronStep> turned)
    {
        this.turned = turned;
        this.model = model;
        this.timesteps = timesteps;
        samples = images.Length / model.PixelCount;
        pixels = Buffer(images);
        isStatic = [.. Graph.isStatic(model.Network)];
        foreach (var node in model.Network.Nodes)
        {
            values.Add(node.Operation.Accept(this));
        }

        using var logits = backend.Allocate(samples * model.Network.Classes);
        backend.Readout(values[^1], logits, samples);
        Logits = logits.ToArray();
        values.Clear();
    }

    /// <summary>(sample, class)</summary>
    public float[] Logits { get; }

    /// <summary>In the order of the network; none with T = 0.</summary>
    public IReadOnlyList<LayerSpikes> Layers => layers;

    /// <summary>Of the membranes at the last step, before the reset, the one closest to a value that has no other near it.</summary>
    public float LoneMembrane(int layer, float value)
    {
        var all = membranes[layer];
        return all[^(all.Length / timesteps)..].OrderBy(u => Math.Abs(u - value)).First(u => all.Count(other => Math.Abs(other - u) < Margin) == 1);
    }

    private Node Node => model.Network.Nodes[values.Count];

    public Activation Normalise(FSharpList<double> mean, FSharpList<double> deviation) =>
        New(output => backend.Normalise(pixels, Constants(mean), Constants(deviation), output, samples));

    public Activation Convolution(Convolution settings)
    {
        var shape = Input(0).Shape;
        return Connect(ConvolutionGeometry.Convolution(shape.Channels, shape.Rows, shape.Columns, settings.Outputs, settings.Kernel,
            settings.Stride, settings.Padding), settings.Bias);
    }

    public Activation Linear(int outputs, bool bias)
    {
        var shape = Input(0).Shape;
        return Connect(ConvolutionGeometry.Linear(shape.Channels, shape.Rows, shape.Columns, outputs), bias);
    }

    public Activation BatchNorm() => New(output => backend.BatchNorm(Input(0), Parameter("weight"), Parameter("bias"),
        Parameter("running_mean"), Parameter("running_var"), Epsilon, output, samples));

    public Activation Relu() => New(output => backend.Relu(Input(0), output, samples));

    public Activation Neuron(Thresholds kind) => timesteps == 0 ? Relu() : New(spikes =>
    {
        var thresholds = Parameter("v_th").ToArray();
        var map = spikes.Shape.Rows * spikes.Shape.Columns;
        float Threshold(int place) => thresholds[thresholds.Length == 1 ? 0 : place / map % thresholds.Length];
        var current = Currents(Input(0), spikes.Shape);
        var membrane = Fire(current, thresholds, spikes);
        foreach (var step in turned.Where(step => step.Layer == Node.Name))
        {
            var before = membrane[step.Place];
            var threshold = Threshold(step.Place);
            var pushed = current.ToHost(samples);
            pushed[step.Place] += before >= threshold ? -Push(before, threshold) : Push(before, threshold);
            current.FromHost(pushed, samples);
            membrane = Fire(current, thresholds, spikes);
            if (Math.Abs(before - threshold) >= Margin || membrane[step.Place] >= threshold == before >= threshold)
                throw new InvalidOperationException($"{step}: the membrane went from {before:R} to {membrane[step.Place]:R}, the threshold is {threshold:R}");
        }

        membranes.Add(membrane);
        layers.Add(new LayerSpikes(Node.Name, backend.Sum(spikes, samples),
            [.. membrane.Index().Where(u => Math.Abs(u.Item - Threshold(u.Index)) < Margin).Select(u => new NeuronStep(Node.Name, u.Index))]));
    });

    public Activation AveragePool(int size) => New(output => backend.AveragePool(Input(0), output, samples));

    public Activation MaxPool(int size) => New(output => backend.MaxPool(Input(0), output, samples));

    public Activation OverlappingMaxPool(PoolWindow window) => New(output => backend.OverlappingMaxPool(window, Input(0), output, samples));

    public Activation GlobalAveragePool() => New(output => backend.AveragePool(Input(0), output, samples));

    public Activation WeightedSum() => New(output => backend.WeightedSum(Input(0), Input(1), Parameter("comb"), output, samples));

    public Activation Sum() => New(output => backend.WeightedSum(Input(0), Input(1), Buffer([1, 1]), output, samples));

    public Activation Dropout(double rate) => Input(0);

    /// <summary>Gives the membranes before the reset, as (step, sample, channel, row, column).</summary>
    private float[] Fire(Activation current, float[] thresholds, Activation spikes)
    {
        var membrane = Empty(spikes.Shape);
        backend.Neuron(model.Network.Neurons, current, Buffer(thresholds), membrane, spikes, samples);
        return membrane.ToHost(samples);
    }

    /// <summary>The currents of every step, in memory of their own: a layer's input may be the same at all steps.</summary>
    private Activation Currents(Activation input, ActivationShape shape)
    {
        var currents = Empty(shape);
        var values = input.ToHost(samples);
        currents.FromHost([.. Enumerable.Range(0, shape.Lanes.Steps / input.Shape.Lanes.Steps).SelectMany(_ => values)], samples);
        return currents;
    }

    /// <summary>As far beyond the threshold as it was on this side of it, and a little more, so that no rounding undoes it.</summary>
    private static float Push(float membrane, float threshold) => 2 * Math.Abs(membrane - threshold) + Margin / 4;

    private Activation Connect(ConvolutionGeometry geometry, bool bias) => New(output =>
        backend.Convolve(backend.Connect(geometry, Parameter("weight")), bias ? Parameter("bias") : null, Input(0), output, samples));

    private Activation Input(int index) => values[Node.Inputs[index]];

    private DeviceBuffer Parameter(string suffix) => Buffer(model.Parameters[$"{Node.Name}.{suffix}"].ToDense());

    private DeviceBuffer Constants(FSharpList<double> constants) => Buffer([.. constants.Select(value => (float)value)]);

    private DeviceBuffer Buffer(float[] content)
    {
        var buffer = backend.Allocate(content.Length);
        buffer.Upload(content);
        return buffer;
    }

    private Activation Empty(ActivationShape shape) => new(shape, backend.Allocate(shape.Length));

    private Activation New(Action<Activation> compute)
    {
        var shape = model.Shapes[values.Count];
        var lanes = LaneLayout.Choose(samples, timesteps);
        var output = Empty(new ActivationShape(shape.Channels, shape.Rows, shape.Columns, 2, isStatic[values.Count] ? lanes.Static : lanes));
        compute(output);
        return output;
    }
}
