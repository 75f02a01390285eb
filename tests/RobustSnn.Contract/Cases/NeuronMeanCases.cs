using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>
/// Gradients that go by means over the steps. Membranes are anything: where they are on a grid, mean currents lie on the edges of their
/// slopes, and with a leak rounding decides which side.
/// </summary>
public static class NeuronMeanCases
{
    private static readonly NeuronModel[] Models =
        [new(1, Reset.Hard), new(1, Reset.Soft), new(0.9, Reset.Hard), new(0.5, Reset.Soft), new(0.25, Reset.Hard)];

    /// <summary>Both have the same operands.</summary>
    private delegate void Operation(
        IBackend backend, NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient, Activation currentGradient,
        bool accumulate, int samples);

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
    [
        .. Of("NeuronMeanCurrentGradient", shapes, (backend, neuron, membrane, threshold, spikes, currents, accumulate, samples) =>
            backend.NeuronMeanCurrentGradient(neuron, membrane, threshold, spikes, currents, accumulate, samples)),
        .. Of("NeuronMeanGradient", shapes, (backend, neuron, membrane, threshold, spikes, currents, accumulate, samples) =>
            backend.NeuronMeanGradient(neuron, membrane, threshold, spikes, currents, accumulate, samples)),
    ];

    private static IEnumerable<ContractCase> Of(string name, ShapeTable shapes, Operation operation) =>
        from shape in shapes.Temporal
        where shape.ChannelValues * shape.Channels >= 30 // so that some mean current is between 0 and 2
        from isStatic in new[] { false, true }
        from isChannelwise in new[] { false, true }
        let model = Models[(shape.Index + (isStatic ? 1 : 0)) % Models.Length]
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase(name,
            $"{shape}, {model.Reset} reset, leak {model.Leak}{(isStatic ? ", static current" : "")}{(isChannelwise ? ", a threshold a channel" : "")}{target}",
            ContractCase.Sums, bench =>
            {
                var currentGradient = bench.OutputGradient("currentGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
                operation(
                    bench.Backend,
                    model,
                    bench.Input(shape.Shape, shape.Samples, () => bench.Draw(-0.7, 2)),
                    isChannelwise ? NeuronCases.ChannelThresholds(bench, shape) : bench.Parameters(NeuronCases.Threshold),
                    target.InPlace ? currentGradient : bench.InputGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.5, 1.5)),
                    currentGradient,
                    target.Accumulate,
                    shape.Samples);
            });
}
