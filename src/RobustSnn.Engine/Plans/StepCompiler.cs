using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>The buffers that a plan's steps share with its caller.</summary>
/// <param name="Pixels">Images.</param>
/// <param name="PixelGradient">Their gradient; empty where the mode has none.</param>
/// <param name="SpikeCounts">A count a node.</param>
/// <param name="SampleNumbers">Of each sample in its data set.</param>
internal sealed record PlanBuffers(DeviceBuffer Pixels, DeviceBuffer PixelGradient, DeviceBuffer SpikeCounts, DeviceBuffer SampleNumbers);

/// <summary>Makes the step of each node: the one place where the engine reads what operations compute.</summary>
internal sealed class StepCompiler(
    SpikingModel model, PlanGraph graph, MemoryPlan memory, Activation[] activations, PlanBuffers buffers, Func<long, DeviceBuffer> allocate)
{
    private readonly SpikingModel model = model;
    private readonly PlanGraph graph = graph;
    private readonly MemoryPlan memory = memory;
    private readonly Activation[] activations = activations;
    private readonly PlanBuffers buffers = buffers;
    private readonly Func<long, DeviceBuffer> allocate = allocate;

    public PlanStep Compile(int node) => graph.Layers[node] >= 0
        ? ConvolveNeuron(node, graph.Layers[node])
        : graph.Nodes[node].Operation.Accept(new NodeCompiler(this, node));

    private Activation Output(int node) => activations[memory.Output[node]];

    private Activation? Gradient(int node) => memory.Gradient[node] < 0 ? null : activations[memory.Gradient[node]];

    private Activation Input(int node, int index) => activations[memory.Output[graph.Inputs[node][index]]];

    private ParameterTensor Parameter(int owner, string suffix) => model.Parameters[$"{graph.Nodes[owner].Name}.{suffix}"];

    private SpikeCounter Spikes(int node) => new(buffers.SpikeCounts, node);

    private NormStatistics Statistics(int norm)
    {
        var channels = graph.Shapes[norm].Channels;
        var batchStatistics = graph.Mode is PassMode.Training or PassMode.BatchStatistics;
        return new NormStatistics(Parameter(norm, "weight"), Parameter(norm, "bias"), Parameter(norm, "running_mean"),
            Parameter(norm, "running_var"), batchStatistics ? (allocate(channels), allocate(channels)) : null,
            graph.Mode == PassMode.Training, Math.Max(1, graph.Timesteps));
    }

    private Link Link(int node, int index)
    {
        var source = graph.Inputs[node][index];
        return new Link(Input(node, index), Gradient(source), memory.Accumulate[node][index]);
    }

    /// <summary>A pruned layer, the pool that it reads through if that is fused too, and its neurons.</summary>
    private ConvolveNeuronStep ConvolveNeuron(int node, int layer)
    {
        var input = Input(node, 0);
        var pool = graph.Pools[node];
        var map = pool >= 0 ? graph.Shapes[pool] : input.Shape;
        var window = new MeanWindow(input.Shape.Rows / map.Rows, input.Shape.Columns / map.Columns);
        return new ConvolveNeuronStep(model, layer, Connect(layer), Parameter(node, "v_th"), input, window, Output(node), Spikes(node));
    }

    /// <summary>Has the backend connect the weights of a layer; gives its bias, if it has one.</summary>
    private ParameterTensor? Connect(int layer)
    {
        model.Connect(layer);
        var bias = graph.Nodes[layer].Name + ".bias";
        return model.Parameters.Contains(bias) ? model.Parameters[bias] : null;
    }

    /// <summary>The step of one node.</summary>
    private sealed class NodeCompiler(StepCompiler plan, int node) : IOperationVisitor<PlanStep>
    {
        private Activation Output => plan.Output(node);

        private Activation? Gradient => plan.Gradient(node);

        private bool Trains => plan.graph.Mode == PassMode.Training;

        public PlanStep Normalise(FSharpList<double> mean, FSharpList<double> deviation) =>
            new NormaliseStep(plan.buffers.Pixels, Constants(mean), Constants(deviation), Output, Gradient, plan.buffers.PixelGradient);

        public PlanStep Convolution(Convolution settings) => Layer();

        public PlanStep Linear(int outputs, bool bias) => Layer();

        public PlanStep BatchNorm() => new BatchNormStep(Link(0), Output, Gradient, plan.Statistics(node));

        public PlanStep Relu() => new ReluStep(Link(0), Output, Gradient);

        public PlanStep Neuron(Thresholds thresholds)
        {
            if (!plan.graph.Spikes(node))
            {
                return Relu();
            }

            var neuron = plan.model.Network.Neurons;
            var threshold = plan.Parameter(node, "v_th");
            var membrane = plan.memory.Membrane[node];
            return plan.graph.Norms[node] is var norm && norm < 0
                ? new NeuronStep(neuron, Link(0), Output, Gradient, membrane < 0 ? null : plan.activations[membrane], threshold, Trains,
                    plan.Spikes(node))
                : new NormNeuronStep(neuron, plan.Statistics(norm), Link(0), Output, Gradient, threshold, plan.Spikes(node));
        }

        public PlanStep AveragePool(int size) => new PoolStep(Link(0), Output, Gradient);

        public PlanStep MaxPool(int size) => new MaxPoolStep(Link(0), Output, Gradient);

        public PlanStep OverlappingMaxPool(PoolWindow window) => new OverlappingMaxPoolStep(window, Link(0), Output, Gradient);

        public PlanStep GlobalAveragePool() => new PoolStep(Link(0), Output, Gradient);

        // The coefficients are never pruned, so that their buffer stays the same.
        public PlanStep WeightedSum()
        {
            var coefficients = plan.Parameter(node, "comb");
            return new WeightedSumStep(Link(0), Link(1), Output, Gradient, coefficients.Value, Trains ? coefficients : null);
        }

        public PlanStep Sum() => new WeightedSumStep(Link(0), Link(1), Output, Gradient, Constants([1, 1]), null);

        public PlanStep Dropout(double rate) => new DropoutStep(Link(0), Output, Gradient, (float)rate, (ulong)node, plan.buffers.SampleNumbers);

        private Link Link(int index) => plan.Link(node, index);

        private ConnectionStep Layer() => new(plan.model, node, Link(0), Output, Gradient, plan.Parameter(node, "weight"),
            plan.Connect(node), Trains);

        private DeviceBuffer Constants(IReadOnlyCollection<double> values)
        {
            var buffer = plan.allocate(values.Count);
            buffer.Upload([.. values.Select(value => (float)value)]);
            return buffer;
        }
    }
}
