using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract.Cases;

/// <summary>Pruned layers: weights and their gradients are those that exist, inputs are floats or bits.</summary>
public static class SparseConvolutionCases
{
    /// <summary>Share of weights that exist: some, few, all of them; and none but a few centre taps.</summary>
    private static readonly double[] Densities = [0.3, 0.05, 1, 0];

    /// <summary>Wide rows (more columns than 16 bits count, for 64 channels as well), and several chunks of channels.</summary>
    private static readonly (string, ConvolutionGeometry)[] Wide =
    [
        ("linear 70000×1×1 to 3", ConvolutionGeometry.Linear(70000, 1, 1, 3)),
        ("linear 2×40×40 to 3", ConvolutionGeometry.Linear(2, 40, 40, 3)),
        ("140×2×3 to 9, kernel 3", ConvolutionGeometry.Convolution(140, 2, 3, 9, 3, 1, 1)),
        ("5×3×17 to 19, kernel 5", ConvolutionGeometry.Convolution(5, 3, 17, 19, 5, 1, 2)),
    ];

    private static readonly (string Name, ConvolutionGeometry Geometry)[] Geometries = [.. ConvolutionCases.Geometries, .. Wide];

    public static IEnumerable<ContractCase> All =>
        from i in Enumerable.Range(0, Geometries.Length * CasesOfGeometry)
        let geometry = Geometries[i / CasesOfGeometry]
        let isLarge = IsLarge(geometry.Geometry)
        let lanes = isLarge ? new LaneCase(2, 3, 2) : Lanes[i % Lanes.Length]
        from @case in Operations(geometry.Name, geometry.Geometry, Densities[i % Densities.Length], lanes, i % 2 == 0, i % 7 == 0)
        select @case;

    private const int CasesOfGeometry = 4;

    /// <summary>Whether the reference would take long: of all positions it asks each whether it is read through each tap, border included.</summary>
    private static bool IsLarge(ConvolutionGeometry g) =>
        g.WeightCount > 100000 || (long)g.Taps * g.InputRows * g.InputColumns > 1000000 || ConvolutionCases.Border(g) > 10;

    private static LaneCase[] Lanes => [.. ConvolutionCases.Lanes, new(8, 33, 33), new(10, 1, 1), new(2, 4, 3), new(100, 2, 1), new(0, 64, 64)];

    /// <summary>The passes over a pruned layer.</summary>
    /// <param name="density">Share of the weights that exist.</param>
    /// <param name="flag">Whether there is a bias, or gradients are added to what is there.</param>
    /// <param name="isStatic">Whether its input is the same at every timestep.</param>
    public static IEnumerable<ContractCase> Operations(string name, ConvolutionGeometry geometry, double density, LaneCase lanes, bool flag,
        bool isStatic)
    {
        var border = ConvolutionCases.Border(geometry);
        var layout = isStatic ? lanes.Layout.Static : lanes.Layout;
        var input = new ActivationShape(geometry.Inputs, geometry.InputRows, geometry.InputColumns, border, layout);
        var read = lanes.Timesteps > 0 && !isStatic && !flag && geometry.Inputs > 1 ? input with { Storage = Storage.Bits } : input;
        var output = new ActivationShape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns, border, layout);
        var description = $"sparse {name}, {density:P0} of the weights, {lanes}{(isStatic ? ", static" : "")}{(read.IsBits ? ", bits" : "")}";

        yield return new ContractCase("Convolve", $"{description}{(flag ? ", bias" : "")}", ContractCase.Sums, bench => bench.Backend.Convolve(
            Connect(bench, geometry, density, out _),
            flag ? bench.InputBuffer(geometry.Outputs) : null,
            bench.Input(read, lanes.Samples),
            bench.Output("output", output, lanes.Samples),
            lanes.Samples))
        { HasWidths = true };

        yield return new ContractCase("ConvolveInputGradient", $"{description}{(flag ? ", accumulating" : "")}", ContractCase.Sums, bench =>
            bench.Backend.ConvolveInputGradient(
                Connect(bench, geometry, density, out _),
                bench.InputGradient(output, lanes.Samples),
                bench.OutputGradient("inputGradient", input, lanes.Samples, new GradientTarget(flag, InPlace: false)),
                flag,
                lanes.Samples))
        { HasWidths = true };

        yield return new ContractCase("ConvolveWeightGradient", $"{description}{(flag ? ", bias" : "")}", ContractCase.Sums, bench =>
            bench.Backend.ConvolveWeightGradient(
                Connect(bench, geometry, density, out var pattern),
                bench.Input(read, lanes.Samples),
                bench.InputGradient(output, lanes.Samples),
                bench.OutputBuffer("weightGradient", pattern.Count),
                flag ? bench.OutputBuffer("biasGradient", geometry.Outputs) : null,
                lanes.Samples))
        { HasWidths = true };

        yield return new ContractCase("Refresh", $"{description}, both directions", ContractCase.Sums, bench =>
        {
            var connection = Connect(bench, geometry, density, out var pattern);
            var gradient = bench.InputGradient(output, lanes.Samples);
            var before = bench.OutputGradient("before", input, lanes.Samples, new GradientTarget(false, false));
            bench.Backend.ConvolveInputGradient(connection, gradient, before, false, lanes.Samples);
            connection.Weights.Upload([.. Enumerable.Range(0, pattern.Count).Select(_ => bench.Draw(-1, 1))]);
            bench.Backend.Convolve(connection, null, bench.Input(read, lanes.Samples), bench.Output("output", output, lanes.Samples), lanes.Samples);
            var after = bench.OutputGradient("after", input, lanes.Samples, new GradientTarget(false, false));
            bench.Backend.ConvolveInputGradient(connection, gradient, after, false, lanes.Samples);
        })
        { HasWidths = true };
    }

    private static Connection Connect(Workbench bench, ConvolutionGeometry geometry, double density, out SparsityPattern pattern)
    {
        pattern = SparsityPattern.OfMask([.. Enumerable.Range(0, geometry.WeightCount).Select(i => ConvolutionCases.Weight(bench, geometry, density, i))]);
        return bench.Connect(geometry, bench.OutputBuffer("weights", pattern.Count), pattern);
    }
}
