using Microsoft.FSharp.Collections;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>Makes the step of each node: the one place where the engine reads operations.</summary>
internal sealed class StepCompiler(
    SpikingModel model, PlanGraph graph, MemoryPlan memory, Activation[] activations, DeviceBuffer pixels, DeviceBuffer pixelGradient,
    Func<long, DeviceBuffer> allocate) : IOperationVisitor<Step>
{
    private int node;

    public Step Compile(int index)
    {
        node = index;
        return graph.Nodes[index].Operation.Accept(this);
    }

    public Step Normalise(FSharpList<double> mean, FSharpList<double> deviation) =>
        new NormaliseStep(pixels, Constants(mean), Constants(deviation), Output, Gradient, pixelGradient);

    public Step Convolution(Convolution settings)
    {
        var shape = InputShape;
        return Connection(ConvolutionGeometry.Convolution(shape.Channels, shape.Rows, shape.Columns, settings.Outputs, settings.Kernel,
            settings.Stride, settings.Padding), settings.Bias);
    }

    public Step Linear(int outputs, bool bias)
    {
        var shape = InputShape;
        return Connection(ConvolutionGeometry.Linear(shape.Channels, shape.Rows, shape.Columns, outputs), bias);
    }

    public Step BatchNorm() => new BatchNormStep(Link(0), Output, Gradient, Statistics(node));

    public Step Relu() => new ReluStep(Link(0), Output, Gradient);

    public Step Neuron()
    {
        if (!graph.Spikes(node))
        {
            return Relu();
        }

        if (graph.Layers[node] >= 0)
        {
            return Compile(graph.Layers[node]);
        }

        return graph.Norms[node] < 0
            ? new NeuronStep(model.Network.Neurons, Link(0), Output, Gradient,
                memory.Membrane[node] < 0 ? null : activations[memory.Membrane[node]], Parameter("v_th"), graph.Mode == PassMode.Training)
            : new NormNeuronStep(model.Network.Neurons, Statistics(graph.Norms[node]), Link(0), Output, Gradient, Parameter("v_th"));
    }

    public Step AveragePool(int size) => new PoolStep(Link(0), Output, Gradient);

    public Step GlobalAveragePool() => new PoolStep(Link(0), Output, Gradient);

    public Step WeightedSum() =>
        new WeightedSumStep(Link(0), Link(1), Output, Gradient, Parameter("comb"), graph.Mode == PassMode.Training);

    public Step Dropout(double rate) => new DropoutStep(Link(0), Output, Gradient, (float)rate, (ulong)node);

    private Activation Output => activations[memory.Output[node]];

    private Activation? Gradient => memory.Gradient[node] < 0 ? null : activations[memory.Gradient[node]];

    private ActivationShape InputShape => graph.Shapes[graph.Inputs[node][0]];

    private Activation Input(int index) => Input(node, index);

    private Activation Input(int reader, int index) => activations[memory.Output[graph.Inputs[reader][index]]];

    private ParameterTensor Parameter(string suffix) => Parameter(node, suffix);

    private ParameterTensor Parameter(int owner, string suffix) => model.Parameters[$"{graph.Nodes[owner].Name}.{suffix}"];

    private NormStatistics Statistics(int norm)
    {
        var channels = graph.Shapes[norm].Channels;
        var batchStatistics = graph.Mode is PassMode.Training or PassMode.BatchStatistics;
        return new NormStatistics(Parameter(norm, "weight"), Parameter(norm, "bias"), Parameter(norm, "running_mean"),
            Parameter(norm, "running_var"), batchStatistics ? (allocate(channels), allocate(channels)) : null,
            graph.Mode == PassMode.Training, Math.Max(1, graph.Timesteps));
    }

    private Link Link(int index)
    {
        var source = graph.Inputs[node][index];
        return new Link(Input(index), memory.Gradient[source] < 0 ? null : activations[memory.Gradient[source]],
            memory.Accumulate[node][index]);
    }

    /// <summary>The step of a layer, or of a layer and the neuron that it is part of.</summary>
    private Step Connection(ConvolutionGeometry geometry, bool bias)
    {
        model.Connect(node, geometry);
        var summand = bias ? Parameter("bias") : null;
        var neuron = Array.IndexOf(graph.Layers, node);
        return neuron < 0
            ? new ConnectionStep(model, node, Link(0), Output, Gradient, Parameter("weight"), summand, graph.Mode == PassMode.Training)
            : new ConvolveNeuronStep(model, node, summand, Parameter(neuron, "v_th"), Input(neuron, 0), activations[memory.Output[neuron]]);
    }

    private DeviceBuffer Constants(FSharpList<double> values)
    {
        var buffer = allocate(values.Length);
        buffer.Upload(values.Select(value => (float)value).ToArray());
        return buffer;
    }
}
