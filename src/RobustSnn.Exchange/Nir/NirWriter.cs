using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Nir;

/// <summary>Writes a node of a folded network as nodes of NIR and returns those whose sum its readers read.</summary>
/// <param name="graph">The graph.</param>
/// <param name="model">Whose parameters are written.</param>
/// <param name="index">Which node.</param>
/// <param name="inputs">For each of what it reads, the nodes of NIR whose sum that is.</param>
internal sealed class NirWriter(NirGraph graph, SpikingModel model, int index, IReadOnlyList<string>[] inputs) : IOperationVisitor<IReadOnlyList<string>>
{
    private readonly string name = model.Network.Nodes[index].Name;

    /// <summary>Of what the node reads.</summary>
    private Shape Before => index == 0 ? model.Network.Input : model.Shapes[model.Network.Nodes[index].Inputs.Head];

    private Shape After => model.Shapes[index];

    /// <summary>A convolution of single pixels: folded into the layer behind it, it would be wrong where that pads with zeros.</summary>
    public IReadOnlyList<string> Normalise(FSharpList<double> mean, FSharpList<double> deviation) => Line(
        [.. deviation.Select(spread => 1 / spread)], [.. mean.Zip(deviation, (centre, spread) => -centre / spread)]);

    public IReadOnlyList<string> Convolution(Convolution settings) => Conv(
        model.Parameters[$"{name}.weight"].ToDense(),
        settings.Bias ? model.Parameters[$"{name}.bias"].ToDense() : new float[settings.Outputs],
        [settings.Outputs, Before.Channels, settings.Kernel, settings.Kernel], settings.Stride, settings.Padding, groups: 1);

    public IReadOnlyList<string> Linear(int outputs, bool bias)
    {
        IReadOnlyList<string> input = IsFlat(model.Network.Nodes[index].Inputs.Head) ? inputs[0] : graph.Add(
            $"{name}.flatten", "Flatten", inputs[0],
            ("input_type", NirGraph.Sizes(Before)), ("start_dim", NirArray.Scalar(0)), ("end_dim", NirArray.Scalar(-1)));
        NirArray weight = NirArray.Of(model.Parameters[$"{name}.weight"].ToDense(), outputs, Before.Count);
        return bias
            ? graph.Add(name, "Affine", input, ("weight", weight), ("bias", NirArray.Of(model.Parameters[$"{name}.bias"].ToDense(), outputs)))
            : graph.Add(name, "Linear", input, ("weight", weight));
    }

    /// <summary>One that no layer could take in: a factor and a summand a channel.</summary>
    public IReadOnlyList<string> BatchNorm()
    {
        (double[] factors, double[] summands) = NormFolding.Line(model.Parameters, name);
        return IsFlat(model.Network.Nodes[index].Inputs.Head) ? throw Cannot("BatchNorm of single values that no layer is before") : Line(factors, summands);
    }

    public IReadOnlyList<string> Relu() => throw Cannot("ReLU: it is for spiking networks, export one");

    /// <summary>
    /// METHODS 1 as NIR's equations have it in steps of dt = 1: without a leak IF, v += r·I with r = 1; with one LIF, τ·dv = −v + r·I, whose τ and r are
    /// 1/(1 − leak). NIR fires where v &gt; v_threshold, we where u ≥ v_th: that is above the largest float below it.
    /// </summary>
    public IReadOnlyList<string> Neuron(Thresholds thresholds)
    {
        double leak = model.Network.Neurons.Leak;
        float[] values = Array.ConvertAll(
            model.Parameters[$"{name}.v_th"].ToDense(), value => MathF.BitDecrement(Math.Max(value, SpikingModel.SmallestThreshold)));
        int positions = After.Rows * After.Columns;
        NirArray threshold = Full(neuron => thresholds.IsShared ? values[0] : values[neuron / positions]);
        NirArray zero = Full(_ => 0);
        if (leak == 1)
        {
            return graph.Add(name, "IF", inputs[0], ("r", Full(_ => 1)), ("v_threshold", threshold), ("v_reset", zero));
        }

        NirArray constant = Full(_ => (float)(1 / (1 - leak)));
        return graph.Add(
            name, "LIF", inputs[0],
            ("tau", constant), ("r", constant), ("v_leak", zero), ("v_threshold", threshold), ("v_reset", zero));
    }

    public IReadOnlyList<string> AveragePool(int size) => Pool(size, size);

    public IReadOnlyList<string> MaxPool(int size) => throw Cannot("max pooling");

    public IReadOnlyList<string> OverlappingMaxPool(PoolWindow window) => throw Cannot("max pooling");

    public IReadOnlyList<string> GlobalAveragePool() => Pool(Before.Rows, Before.Columns);

    public IReadOnlyList<string> WeightedSum()
    {
        float[] factors = model.Parameters[$"{name}.comb"].ToDense();
        return
        [
            .. graph.Add($"{name}.a", "Scale", inputs[0], ("scale", Full(_ => factors[0]))),
            .. graph.Add($"{name}.b", "Scale", inputs[1], ("scale", Full(_ => factors[1]))),
        ];
    }

    public IReadOnlyList<string> Sum() => [.. inputs[0], .. inputs[1]];

    /// <summary>Nothing is dropped where nothing is trained.</summary>
    public IReadOnlyList<string> Dropout(double rate) => inputs[0];

    private BadInputException Cannot(string what) => new($"{name}: NIR has no {what}");

    /// <summary>A factor and a summand a channel, as a convolution of single pixels in which each channel is a group.</summary>
    private IReadOnlyList<string> Line(double[] factors, double[] summands) => Conv(
        Array.ConvertAll(factors, value => (float)value), Array.ConvertAll(summands, value => (float)value), [factors.Length, 1, 1, 1], 1, 0, factors.Length);

    private IReadOnlyList<string> Conv(float[] weight, float[] bias, int[] sizes, int stride, int padding, int groups) => graph.Add(
        name, "Conv2d", inputs[0],
        ("input_shape", NirArray.Of(Before.Rows, Before.Columns)), ("weight", NirArray.Of(weight, sizes)), ("bias", NirArray.Of(bias, bias.Length)),
        ("stride", NirArray.Of(stride, stride)), ("padding", NirArray.Of(padding, padding)), ("dilation", NirArray.Of(1, 1)),
        ("groups", NirArray.Scalar(groups)));

    private IReadOnlyList<string> Pool(int rows, int columns) => graph.Add(
        name, "AvgPool2d", inputs[0],
        ("kernel_size", NirArray.Of(rows, columns)), ("stride", NirArray.Of(rows, columns)), ("padding", NirArray.Of(0, 0)));

    /// <summary>A value for each of what comes out, as NIR's types ask for it.</summary>
    private NirArray Full(Func<int, float> value)
    {
        float[] values = [.. Enumerable.Range(0, After.Count).Select(value)];
        return IsFlat(index) ? NirArray.Of(values, values.Length) : NirArray.Of(values, After.Channels, After.Rows, After.Columns);
    }

    /// <summary>Whether a node's values are a list rather than channels of rows: behind a linear layer they are.</summary>
    private bool IsFlat(int node) => model.Network.Nodes[node] is var its
        && (its.Operation.IsLinear || (!its.Operation.IsConvolution && node > 0 && IsFlat(its.Inputs.Head)));
}
