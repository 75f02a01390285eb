using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>Surrogates that adapt. Membranes and thresholds as in <see cref="NeuronCases"/>.</summary>
public static class AdaptiveCases
{
    private static readonly NeuronModel[] Models =
        [new(1, Reset.Hard), new(1, Reset.Soft), new(0.9, Reset.Hard), new(0.9, Reset.Soft)];

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) => [.. Sharpness(shapes), .. Potential(shapes), .. Backward(shapes)];

    private static IEnumerable<ContractCase> Sharpness(ShapeTable shapes) =>
        from shape in shapes.Temporal
        let isInPlace = shape.Index % 3 == 0
        let isChannelwise = shape.Index % 4 == 1
        let learns = shape.Index % 5 != 2
        select new ContractCase("AdaptSharpness",
            $"{shape}{(isInPlace ? ", in place" : "")}{(isChannelwise ? ", a threshold a channel" : "")}{(learns ? "" : ", nothing learned")}",
            ContractCase.Elementwise, bench =>
            {
                var slopes = bench.Output("slopes", shape.Shape, shape.Samples, () => Membrane(bench));
                bench.Backend.AdaptSharpness(
                    shape.Take(1.25f, 2.5f),
                    isInPlace ? slopes : bench.Input(shape.Shape, shape.Samples, () => Membrane(bench)),
                    Thresholds(bench, shape, isChannelwise),
                    Memory("mean", 0.1, 1),
                    Memory("deviation", 0, 0.5),
                    slopes,
                    learns,
                    shape.Samples);

                Activation Memory(string name, double low, double high) => learns
                    ? bench.Output(name, shape.Shape with { Border = 0 }, shape.Samples, () => bench.Draw(low, high))
                    : bench.Input(shape.Shape with { Border = 0 }, shape.Samples, () => bench.Draw(low, high));
            });

    /// <summary>On a grid so coarse that the few membranes of a small map are often all the same; every third map is of one membrane a step.</summary>
    private static IEnumerable<ContractCase> Potential(ShapeTable shapes) =>
        from shape in shapes.Temporal
        let isInPlace = shape.Index % 3 == 0
        let isChannelwise = shape.Index % 4 == 1
        select new ContractCase("PotentialSlopes", $"{shape}{(isInPlace ? ", in place" : "")}{(isChannelwise ? ", a threshold a channel" : "")}",
            ContractCase.Sums, bench =>
            {
                var slopes = bench.Output("slopes", shape.Shape, shape.Samples, () => Coarse(bench));
                bench.Backend.PotentialSlopes(
                    isInPlace ? slopes : bench.Input(shape.Shape, shape.Samples, () => Coarse(bench)),
                    Thresholds(bench, shape, isChannelwise),
                    slopes,
                    shape.Samples);
            });

    private static float Coarse(Workbench bench) => 0.3f * bench.DrawInteger(4) - 0.1f;

    private static IEnumerable<ContractCase> Backward(ShapeTable shapes) =>
        from shape in shapes.Temporal
        from isStatic in new[] { false, true }
        let model = shape.Take(Models)
        let isChannelwise = shape.Index % 4 == 1
        let overSlopes = !isStatic && shape.Index % 3 == 1
        let targets = isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All
        let target = overSlopes ? GradientTargets.Apart[0] : shape.Take(targets)
        select new ContractCase("NeuronSlopeGradient",
            $"{shape}, {model.Reset} reset, leak {model.Leak}{(isStatic ? ", static current" : "")}{(isChannelwise ? ", a threshold a channel" : "")}"
            + (overSlopes ? ", over the slopes" : $"{target}"), ContractCase.Sums, bench =>
            {
                var currentGradient = overSlopes
                    ? bench.UsedSlopes("currentGradient", shape.Shape, shape.Samples, () => bench.Draw(0, 1))
                    : bench.OutputGradient("currentGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
                bench.Backend.NeuronSlopeGradient(
                    model,
                    overSlopes ? currentGradient : bench.Input(shape.Shape with { Border = 0 }, shape.Samples, () => bench.Draw(0, 1)),
                    bench.Input(shape.Shape, shape.Samples, () => Membrane(bench)),
                    Thresholds(bench, shape, isChannelwise),
                    target.InPlace ? currentGradient : bench.InputGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.2, 1)),
                    currentGradient,
                    target.Accumulate,
                    shape.Samples);
            });

    private static float Membrane(Workbench bench) => NeuronCases.OnGrid(bench, -0.5, 1.5);

    private static DeviceBuffer Thresholds(Workbench bench, ShapeCase shape, bool isChannelwise) =>
        isChannelwise ? NeuronCases.ChannelThresholds(bench, shape) : bench.Parameters(NeuronCases.Threshold);
}
