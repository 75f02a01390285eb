using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>
/// BatchNorm and neuron in one. Inputs, means and shifts are multiples of 1/64 and the slopes are powers of two, so that currents are
/// exact, and half a grid step from the threshold: no rounding decides whether a neuron fires.
/// </summary>
public static class NormNeuronCases
{
    private const float Epsilon = 1f / 1024;

    private static readonly NeuronModel[] Models =
        [new(1, Reset.Hard), new(1, Reset.Soft), new(0.9, Reset.Hard), new(0.9, Reset.Soft)];

    public static IEnumerable<ContractCase> Over(IReadOnlyList<ShapeCase> shapes) => [.. Forward(shapes), .. Backward(shapes), .. FixedBackward(shapes)];

    private static IEnumerable<ContractCase> Forward(IReadOnlyList<ShapeCase> shapes) =>
        from shape in shapes
        from form in new[] { "bits", "floats", "static, bits", "in place" }
        let model = shape.Take(Models)
        select new ContractCase("NormNeuron", $"{form}, {shape}, {Describe(model)}", ContractCase.Elementwise, bench =>
        {
            var spikes = bench.Output("spikes", form.EndsWith("bits", StringComparison.Ordinal) ? BitCases.Bits(shape.Shape) : shape.Shape, shape.Samples,
                () => NeuronCases.OnGrid(bench, -1, 1.5));
            bench.Backend.NormNeuron(Normalisation(bench, shape), model,
                form == "in place" ? spikes : Input(bench, form.StartsWith("static", StringComparison.Ordinal) ? shape.Static : shape.Shape, shape),
                bench.Parameters(NeuronCases.Threshold), spikes, shape.Samples);
        });

    private static IEnumerable<ContractCase> Backward(IReadOnlyList<ShapeCase> shapes) =>
        from shape in shapes
        from isStatic in new[] { false, true }
        let gradient = Gradient(2 * shape.Index + (isStatic ? 1 : 0))
        let model = Model(shape, gradient)
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("NormNeuronGradient", $"{shape}, {Describe(model)}, {Describe(gradient)}{(isStatic ? ", static" : "")}{target}",
            ContractCase.Sums, bench =>
            {
                var inputShape = isStatic ? shape.Static : shape.Shape;
                var inputGradient = bench.OutputGradient("inputGradient", inputShape, shape.Samples, target);
                bench.Backend.NormNeuronGradient(
                    Normalisation(bench, shape),
                    model,
                    gradient,
                    Input(bench, inputShape, shape),
                    bench.Parameters(NeuronCases.Threshold),
                    target.InPlace ? inputGradient : bench.UsedGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.5, 1.5)),
                    inputGradient,
                    target.Accumulate,
                    bench.OutputBuffer("scaleGradient", shape.Channels),
                    bench.OutputBuffer("shiftGradient", shape.Channels),
                    bench.OutputBuffer("thresholdGradient", 1),
                    shape.Samples);
            });

    private static IEnumerable<ContractCase> FixedBackward(IReadOnlyList<ShapeCase> shapes) =>
        from shape in shapes
        from isStatic in new[] { false, true }
        let gradient = Gradient(2 * shape.Index + (isStatic ? 0 : 1))
        where gradient.Surrogate.Kind != SurrogateKind.Rectangular || shape.ChannelValues * shape.Channels >= 30
        let model = Model(shape, gradient)
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("NormNeuronFixedGradient", $"{shape}, {Describe(model)}, {Describe(gradient)}{(isStatic ? ", static" : "")}{target}",
            ContractCase.Sums, bench =>
            {
                var inputShape = isStatic ? shape.Static : shape.Shape;
                var inputGradient = bench.OutputGradient("inputGradient", inputShape, shape.Samples, target);
                bench.Backend.NormNeuronFixedGradient(
                    Normalisation(bench, shape),
                    model,
                    gradient,
                    Input(bench, inputShape, shape),
                    bench.Parameters(NeuronCases.Threshold),
                    target.InPlace ? inputGradient : bench.InputGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.5, 1.5)),
                    inputGradient,
                    target.Accumulate,
                    shape.Samples);
            });

    private static Activation Input(Workbench bench, ActivationShape inputShape, ShapeCase shape) =>
        bench.Input(inputShape, shape.Samples, () => NeuronCases.OnGrid(bench, -1, 1.5));

    /// <summary>Slopes ½, 1 and 2, some of them falling; deviations 1 and 2.</summary>
    private static Normalisation Normalisation(Workbench bench, ShapeCase shape)
    {
        var deviations = Enumerable.Range(0, shape.Channels).Select(_ => 1f + bench.DrawInteger(2)).ToArray();
        float[] slopes = [0.5f, 1, 1, 2, -1];
        return new Normalisation(
            bench.InputBuffer(shape.Channels, c => slopes[(c + shape.Index) % slopes.Length] * deviations[c]),
            bench.InputBuffer(shape.Channels, _ => NeuronCases.OnGrid(bench, -0.1, 0.4)),
            bench.InputBuffer(shape.Channels, _ => NeuronCases.OnGrid(bench, -0.2, 0.2)),
            bench.InputBuffer(shape.Channels, c => deviations[c] * deviations[c] - Epsilon),
            Epsilon);
    }

    /// <summary>
    /// With a leak membranes are off the grid, where rounding decides which side of a rectangle's edge they are on, or mean currents of theirs.
    /// </summary>
    private static NeuronModel Model(ShapeCase shape, NeuronGradient gradient) =>
        gradient.Surrogate.Kind == SurrogateKind.Rectangular || gradient.Path == NeuronPath.MeanCurrent
            ? shape.Take(Models[0], Models[1])
            : shape.Take(Models);

    /// <summary>Every surrogate in turn, and in each fifth case another path.</summary>
    private static NeuronGradient Gradient(int index) => new(Surrogates.All[index % Surrogates.All.Length], (index % 15) switch
    {
        4 => NeuronPath.Rate,
        9 => NeuronPath.MeanCurrent,
        14 => NeuronPath.MeanGradient,
        _ => NeuronPath.Time,
    });

    private static string Describe(NeuronModel model) => $"{model.Reset} reset, leak {model.Leak}";

    private static string Describe(NeuronGradient gradient) =>
        gradient.Path == NeuronPath.Time ? $"{gradient.Surrogate.Kind} {gradient.Surrogate.Width}" : $"{gradient.Path}";
}
