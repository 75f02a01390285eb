using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Exchange.Onnx.Messages;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Onnx;

/// <summary>Writes a node of a network at one timestep as operators of ONNX and returns the name of its value.</summary>
/// <param name="draft">The graph.</param>
/// <param name="model">Whose parameters are written.</param>
/// <param name="node">Which node.</param>
/// <param name="inputs">The values that it reads.</param>
/// <param name="step">The timestep from 0, or what is said in its place of a value that is the same at all.</param>
/// <param name="membranes">Of each layer of neurons after the step before; null where neurons are ReLUs.</param>
internal sealed class OperationWriter(
    GraphDraft draft, SpikingModel model, int node, string[] inputs, string step, Dictionary<int, string>? membranes) : IOperationVisitor<string>
{
    // Of every BatchNorm: Operation.BatchNorm.
    private const float Epsilon = 1e-5f;

    private readonly string name = model.Network.Nodes[node].Name;

    public string Normalise(FSharpList<double> mean, FSharpList<double> deviation)
    {
        long[] channels = [1, mean.Length, 1, 1];
        string centre = draft.Constant($"{name}/mean", [.. mean.Select(value => (float)value)], channels);
        string spread = draft.Constant($"{name}/deviation", [.. deviation.Select(value => (float)value)], channels);
        return draft.Add(Value(), "Div", [draft.Add(Value("centred"), "Sub", [inputs[0], centre]), spread]);
    }

    public string Convolution(Convolution settings) => draft.Add(
        Value(), "Conv", [inputs[0], Parameter("weight"), .. settings.Bias ? [Parameter("bias")] : Array.Empty<string>()],
        AttributeMessage.Of("kernel_shape", [settings.Kernel, settings.Kernel]),
        AttributeMessage.Of("strides", [settings.Stride, settings.Stride]),
        AttributeMessage.Of("pads", [settings.Padding, settings.Padding, settings.Padding, settings.Padding]));

    public string Linear(int outputs, bool bias) => draft.Add(
        Value(), "Gemm",
        [draft.Add(Value("flat"), "Flatten", [inputs[0]]), Parameter("weight"), .. bias ? [Parameter("bias")] : Array.Empty<string>()],
        AttributeMessage.Of("transB", 1L));

    public string BatchNorm() => draft.Add(
        Value(), "BatchNormalization", [inputs[0], Parameter("weight"), Parameter("bias"), Parameter("running_mean"), Parameter("running_var")],
        AttributeMessage.Of("epsilon", Epsilon));

    public string Relu() => draft.Add(Value(), "Relu", [inputs[0]]);

    /// <summary>METHODS 1: u = leak·u + I, a spike where u ≥ v_th, then u = (1 − s)·u or u − s·v_th.</summary>
    public string Neuron(Thresholds thresholds)
    {
        if (membranes is null)
        {
            return Relu();
        }

        string threshold = Threshold(thresholds);
        string potential = inputs[0];
        if (membranes.TryGetValue(node, out string? before))
        {
            string left = model.Network.Neurons.Leak == 1
                ? before
                : draft.Add(Value("left"), "Mul", [before, draft.Constant("/leak", [(float)model.Network.Neurons.Leak])]);
            potential = draft.Add(Value("potential"), "Add", [left, inputs[0]]);
        }

        string fires = draft.Add(Value("fires"), "GreaterOrEqual", [potential, threshold]);
        string spikes = draft.Add(Value(), "Cast", [fires], AttributeMessage.Of("to", (long)TensorMessage.Float));
        membranes[node] = model.Network.Neurons.Reset.IsHard
            ? draft.Add(Value("after"), "Where", [fires, draft.Constant("/rest", [0]), potential])
            : draft.Add(Value("after"), "Sub", [potential, draft.Add(Value("taken"), "Mul", [spikes, threshold])]);
        return spikes;
    }

    public string AveragePool(int size) => draft.Add(Value(), "AveragePool", [inputs[0]], Square("kernel_shape", size), Square("strides", size));

    public string MaxPool(int size) => draft.Add(Value(), "MaxPool", [inputs[0]], Square("kernel_shape", size), Square("strides", size));

    public string OverlappingMaxPool(PoolWindow window) => draft.Add(
        Value(), "MaxPool", [inputs[0]], Square("kernel_shape", window.Size), Square("strides", window.Stride),
        AttributeMessage.Of("pads", [window.Padding, window.Padding, window.Padding, window.Padding]));

    public string GlobalAveragePool() => draft.Add(Value(), "GlobalAveragePool", [inputs[0]]);

    public string WeightedSum()
    {
        float[] factors = model.Parameters[$"{name}.comb"].ToDense();
        string shortcut = draft.Add(Value("shortcut"), "Mul", [inputs[0], draft.Constant($"{name}/a", [factors[0]])]);
        string residual = draft.Add(Value("residual"), "Mul", [inputs[1], draft.Constant($"{name}/b", [factors[1]])]);
        return draft.Add(Value(), "Add", [shortcut, residual]);
    }

    public string Sum() => draft.Add(Value(), "Add", [inputs[0], inputs[1]]);

    /// <summary>Nothing is dropped where nothing is trained.</summary>
    public string Dropout(double rate) => inputs[0];

    private static AttributeMessage Square(string name, int size) => AttributeMessage.Of(name, [size, size]);

    private string Value() => $"{name}/{step}";

    private string Value(string part) => $"{name}/{part}/{step}";

    private string Parameter(string suffix)
    {
        ParameterTensor parameter = model.Parameters[$"{name}.{suffix}"];
        return draft.Constant(parameter.Name, parameter.ToDense(), [.. parameter.Specification.Dimensions.Select(size => (long)size)]);
    }

    private string Threshold(Thresholds thresholds)
    {
        float[] values = Array.ConvertAll(model.Parameters[$"{name}.v_th"].ToDense(), value => Math.Max(value, SpikingModel.SmallestThreshold));
        Shape shape = model.Shapes[node];
        return thresholds.IsShared
            ? draft.Constant($"{name}.v_th", values)
            : draft.Constant($"{name}.v_th", values, shape.Rows * shape.Columns == 1 && IsFlat() ? [1, values.Length] : [1, values.Length, 1, 1]);
    }

    /// <summary>Whether what the neurons read is (image, value) rather than (image, channel, row, column): so it is behind a linear layer.</summary>
    private bool IsFlat()
    {
        int before = model.Network.Nodes[node].Inputs.Head;
        while (!model.Network.Nodes[before].Operation.IsLinear && !model.Network.Nodes[before].Operation.IsConvolution && before > 0)
        {
            before = model.Network.Nodes[before].Inputs.Head;
        }

        return model.Network.Nodes[before].Operation.IsLinear;
    }
}
