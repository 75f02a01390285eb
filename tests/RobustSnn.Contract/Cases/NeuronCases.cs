using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>
/// Currents and membranes are multiples of 1/64 and the threshold lies half way between two: no rounding decides whether a neuron
/// fires, or which side of a surrogate's edge it is on.
/// </summary>
public static class NeuronCases
{
    private const float Grid = 64;
    internal const float Threshold = 0.5f + 0.5f / Grid;

    private static readonly NeuronModel[] Models =
        [new(1, Reset.Hard), new(1, Reset.Soft), new(0.9, Reset.Hard), new(0.9, Reset.Soft)];

    /// <summary>Which operands of the forward pass share memory, or are missing.</summary>
    private enum Form
    {
        Training,
        Inference,
        MembraneOverCurrent,
        SpikesOverCurrent,
        StaticCurrent,
        StaticCurrentInference,
    }

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) => [.. Forward(shapes), .. Backward(shapes), .. Rate(shapes), .. ChannelwiseForward(shapes), .. ChannelwiseBackward(shapes), .. ChannelwiseRate(shapes)];

    private static IEnumerable<ContractCase> Forward(ShapeTable shapes) =>
        from shape in shapes.Temporal
        where FiresSomewhere(shape)
        from form in Enum.GetValues<Form>()
        let model = Models[(shape.Index + (int)form) % Models.Length]
        select new ContractCase("Neuron", $"{shape}, {Describe(model)}, {form}", ContractCase.Elementwise, bench =>
            RunForward(bench, shape, model, form));

    private static IEnumerable<ContractCase> Backward(ShapeTable shapes) =>
        from shape in shapes.Temporal
        from i in new[] { 2 * shape.Index, 2 * shape.Index + 1 }
        let surrogate = Surrogates.All[i % Surrogates.All.Length]
        where surrogate.Kind != SurrogateKind.Rectangular || FiresSomewhere(shape)
        let model = Models[(i / 2 + i) % Models.Length]
        let isStatic = i % 2 == 1
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("NeuronGradient",
            $"{shape}, {Describe(model)}, {surrogate.Kind} {surrogate.Width}{(isStatic ? ", static current" : "")}{target}",
            ContractCase.Sums,
            bench =>
            {
                var currentGradient = bench.OutputGradient("currentGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
                bench.Backend.NeuronGradient(
                    model,
                    surrogate,
                    bench.Input(shape.Shape, shape.Samples, () => OnGrid(bench, -0.5, 1.5)),
                    bench.Parameters(Threshold),
                    target.InPlace ? currentGradient : SpikeGradient(bench, shape),
                    currentGradient,
                    target.Accumulate,
                    i % 5 == 4 ? null : bench.OutputBuffer("thresholdGradient", 1),
                    shape.Samples);
            });

    private static IEnumerable<ContractCase> Rate(ShapeTable shapes) =>
        from shape in shapes.Temporal
        where FiresSomewhere(shape)
        from isStatic in new[] { false, true }
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("NeuronRateGradient", $"{shape}{(isStatic ? ", static current" : "")}{target}", ContractCase.Elementwise, bench =>
        {
            var currentGradient = bench.OutputGradient("currentGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
            bench.Backend.NeuronRateGradient(
                Models[shape.Index % Models.Length],
                // About half of the neurons fire in none of the steps.
                bench.Input(shape.Shape, shape.Samples, () => OnGrid(bench, -1, Threshold + 1.0 / shape.Lanes.Timesteps)),
                bench.Parameters(Threshold),
                target.InPlace ? currentGradient : SpikeGradient(bench, shape),
                currentGradient,
                target.Accumulate,
                shape.Samples);
        });

    private static IEnumerable<ContractCase> ChannelwiseForward(ShapeTable shapes) =>
        from shape in shapes.Temporal
        where FiresSomewhere(shape)
        from storage in Enum.GetValues<Storage>()
        from keepsMembrane in new[] { false, true }
        let model = Models[(shape.Index + (int)storage) % Models.Length]
        select new ContractCase("Neuron", $"a threshold a channel, {shape}, {Describe(model)}, {storage}{(keepsMembrane ? ", membrane" : "")}",
            ContractCase.Elementwise, bench => bench.Backend.Neuron(
                model,
                bench.Input(shape.Shape, shape.Samples, () => OnGrid(bench, -0.5, 1)),
                ChannelThresholds(bench, shape),
                keepsMembrane ? bench.Output("membrane", shape.Shape, shape.Samples) : null,
                bench.Output("spikes", shape.Shape with { Storage = storage }, shape.Samples),
                shape.Samples));

    private static IEnumerable<ContractCase> ChannelwiseBackward(ShapeTable shapes) =>
        from shape in shapes.Temporal
        from isStatic in new[] { false, true }
        let surrogate = Surrogates.All[shape.Index % Surrogates.All.Length]
        where surrogate.Kind != SurrogateKind.Rectangular || FiresSomewhere(shape)
        let model = Models[(shape.Index + 1) % Models.Length]
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("NeuronGradient",
            $"a threshold a channel, {shape}, {Describe(model)}, {surrogate.Kind} {surrogate.Width}{(isStatic ? ", static current" : "")}{target}",
            ContractCase.Sums, bench =>
            {
                var currentGradient = bench.OutputGradient("currentGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
                bench.Backend.NeuronGradient(
                    model,
                    surrogate,
                    bench.Input(shape.Shape, shape.Samples, () => OnGrid(bench, -0.5, 1.5)),
                    ChannelThresholds(bench, shape),
                    target.InPlace ? currentGradient : SpikeGradient(bench, shape),
                    currentGradient,
                    target.Accumulate,
                    shape.Index % 5 == 4 ? null : bench.OutputBuffer("thresholdGradient", shape.Channels),
                    shape.Samples);
            });

    private static IEnumerable<ContractCase> ChannelwiseRate(ShapeTable shapes) =>
        from shape in shapes.Temporal
        where FiresSomewhere(shape)
        let target = shape.Take(GradientTargets.All)
        select new ContractCase("NeuronRateGradient", $"a threshold a channel, {shape}{target}", ContractCase.Elementwise, bench =>
        {
            var currentGradient = bench.OutputGradient("currentGradient", shape.Shape, shape.Samples, target);
            bench.Backend.NeuronRateGradient(
                Models[shape.Index % Models.Length],
                bench.Input(shape.Shape, shape.Samples, () => OnGrid(bench, -1, Threshold + 1.0 / shape.Lanes.Timesteps)),
                ChannelThresholds(bench, shape),
                target.InPlace ? currentGradient : SpikeGradient(bench, shape),
                currentGradient,
                target.Accumulate,
                shape.Samples);
        });

    /// <summary>Half way between two multiples of the grid, and not all the same.</summary>
    internal static DeviceBuffer ChannelThresholds(Workbench bench, ShapeCase shape) =>
        bench.Parameters([.. Enumerable.Range(0, shape.Channels).Select(channel => Threshold - channel % 3 * 8 / Grid)]);

    private static void RunForward(Workbench bench, ShapeCase shape, NeuronModel model, Form form)
    {
        float Draw() => OnGrid(bench, -0.5, 1);
        Activation Written(string name) => bench.Output(name, shape.Shape, shape.Samples, Draw);
        Activation Current(ActivationShape currentShape) => bench.Input(currentShape, shape.Samples, Draw);

        var spikes = Written("spikes");
        var membrane = form is Form.Training or Form.MembraneOverCurrent or Form.StaticCurrent ? Written("membrane") : null;
        var current = form switch
        {
            Form.MembraneOverCurrent => membrane!,
            Form.SpikesOverCurrent => spikes,
            Form.StaticCurrent or Form.StaticCurrentInference => Current(shape.Static),
            _ => Current(shape.Shape),
        };
        bench.Backend.Neuron(model, current, bench.Parameters(Threshold), membrane, spikes, shape.Samples);
    }

    /// <summary>A few neurons may well be far from the threshold in every step, and then there is nothing to compare.</summary>
    private static bool FiresSomewhere(ShapeCase shape) => shape.ChannelValues * shape.Channels >= 30;

    /// <summary>Mostly positive, so that the threshold's gradient is not a small difference of large sums.</summary>
    private static Activation SpikeGradient(Workbench bench, ShapeCase shape) =>
        bench.InputGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.5, 1.5));

    internal static float OnGrid(Workbench bench, double low, double high) => MathF.Floor(bench.Draw(low, high) * Grid) / Grid;

    private static string Describe(NeuronModel model) => $"{model.Reset} reset, leak {model.Leak}";
}
