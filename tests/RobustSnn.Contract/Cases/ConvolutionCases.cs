using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract.Cases;

public static class ConvolutionCases
{
    internal static readonly (string Name, ConvolutionGeometry Geometry)[] Geometries =
    [
        Convolution(1, 1, 1, 1, kernel: 3, stride: 1, padding: 1),
        Convolution(3, 2, 2, 6, kernel: 3, stride: 1, padding: 1),
        Convolution(3, 8, 8, 16, kernel: 3, stride: 1, padding: 1),
        Convolution(5, 5, 7, 7, kernel: 3, stride: 1, padding: 1),
        Convolution(16, 4, 4, 12, kernel: 3, stride: 1, padding: 1),
        Convolution(13, 3, 3, 17, kernel: 3, stride: 1, padding: 1),
        Convolution(130, 2, 2, 5, kernel: 3, stride: 1, padding: 1),
        Convolution(4, 5, 5, 5, kernel: 3, stride: 1, padding: 0),
        Convolution(8, 8, 8, 16, kernel: 3, stride: 2, padding: 1),
        Convolution(7, 5, 7, 5, kernel: 3, stride: 2, padding: 1),
        Convolution(6, 4, 4, 12, kernel: 1, stride: 1, padding: 0),
        Convolution(5, 8, 8, 9, kernel: 1, stride: 2, padding: 0),
        Convolution(7, 5, 5, 6, kernel: 1, stride: 2, padding: 0),
        Linear(20, 1, 1, 10),
        Linear(17, 2, 2, 33),
        Linear(7, 4, 4, 10),
        Linear(130, 1, 1, 1),
    ];

    /// <summary>Share of weights that are not zero: dense, pruned, and nearly nothing (a few centre taps stay).</summary>
    private static readonly double[] Densities = [1, 0.1, 0.01];

    internal static readonly LaneCase[] Lanes =
    [
        new(0, 1, 1), new(4, 17, 3), new(0, 33, 20), new(1, 2, 2), new(8, 17, 17), new(0, 70, 65), new(3, 5, 5), new(5, 16, 11), new(4, 33, 20),
        new(8, 1, 1), new(0, 3, 3),
    ];

    public static IEnumerable<ContractCase> All =>
        from i in Enumerable.Range(0, Geometries.Length * Densities.Length)
        let geometry = Geometries[i / Densities.Length]
        let density = Densities[i % Densities.Length]
        from @case in Operations(geometry.Name, geometry.Geometry, density, Lanes[i % Lanes.Length], i % 2 == 0, i % 4 / 2)
        select @case;

    /// <summary>The passes over a dense layer.</summary>
    /// <param name="density">Share of the weights that are not 0.</param>
    /// <param name="flag">Whether there is a bias, or gradients are added to what is there.</param>
    /// <param name="margin">Border that no pass reads.</param>
    public static IEnumerable<ContractCase> Operations(string name, ConvolutionGeometry geometry, double density, LaneCase lanes, bool flag,
        int margin)
    {
        var border = Border(geometry);
        var input = new ActivationShape(geometry.Inputs, geometry.InputRows, geometry.InputColumns, border + margin, lanes.Layout);
        var output = new ActivationShape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns, border + margin, lanes.Layout);
        var description = $"{name}, {density:P0} of the weights, margin {margin}, {lanes}";

        yield return new ContractCase("Convolve", $"{description}{(flag ? ", bias" : "")}", ContractCase.Sums, bench => bench.Backend.Convolve(
            Connect(bench, geometry, density),
            flag ? bench.InputBuffer(geometry.Outputs) : null,
            bench.Input(input, lanes.Samples),
            bench.Output("output", output, lanes.Samples),
            lanes.Samples));

        yield return new ContractCase("ConvolveInputGradient", $"{description}{Accumulate(flag)}", ContractCase.Sums, bench =>
            bench.Backend.ConvolveInputGradient(
                Connect(bench, geometry, density),
                bench.InputGradient(output, lanes.Samples),
                bench.OutputGradient("inputGradient", input, lanes.Samples, new GradientTarget(flag, InPlace: false)),
                flag,
                lanes.Samples));

        yield return new ContractCase("ConvolveWeightGradient", $"{description}{(flag ? ", bias" : "")}", ContractCase.Sums, bench =>
            bench.Backend.ConvolveWeightGradient(
                Connect(bench, geometry, density),
                bench.Input(input, lanes.Samples),
                bench.InputGradient(output, lanes.Samples),
                bench.OutputBuffer("weightGradient", geometry.WeightCount),
                flag ? bench.OutputBuffer("biasGradient", geometry.Outputs) : null,
                lanes.Samples));

        if (density < 1)
            yield break;
        yield return new ContractCase("Refresh", $"{description}, from pruned ones", ContractCase.Sums, bench =>
        {
            var weights = bench.OutputBuffer("weights", geometry.WeightCount, i => Weight(bench, geometry, 0.1, i));
            var connection = bench.Connect(geometry, weights);
            weights.Upload([.. Enumerable.Range(0, geometry.WeightCount).Select(_ => bench.Draw(-1, 1))]);
            bench.Backend.Convolve(connection, null, bench.Input(input, lanes.Samples), bench.Output("output", output, lanes.Samples), lanes.Samples);
        });
    }

    /// <summary>As far as the convolution and its transpose read over the edge; not at all where it is linear.</summary>
    internal static int Border(ConvolutionGeometry g) => g == ConvolutionGeometry.Linear(g.Inputs, g.InputRows, g.InputColumns, g.Outputs)
        ? 0
        : Math.Max(g.Padding, g.KernelRows - 1 - g.Padding);

    private static Connection Connect(Workbench bench, ConvolutionGeometry geometry, double density) =>
        bench.Connect(geometry, bench.InputBuffer(geometry.WeightCount, i => Weight(bench, geometry, density, i)));

    /// <summary>A weight, 0 for most at a low density. A centre tap is never zero: it alone reaches a 1 × 1 map.</summary>
    internal static float Weight(Workbench bench, ConvolutionGeometry geometry, double density, int i) =>
        bench.Draw(0, 1) < density || i % geometry.Taps == geometry.Taps / 2 && i / geometry.Taps % 20 == 0 ? bench.Draw(-1, 1) : 0;

    private static string Accumulate(bool accumulate) => accumulate ? ", accumulating" : "";

    private static (string, ConvolutionGeometry) Convolution(int inputs, int rows, int columns, int outputs, int kernel, int stride, int padding) =>
        ($"{inputs}×{rows}×{columns} to {outputs}, kernel {kernel}, stride {stride}, padding {padding}",
            ConvolutionGeometry.Convolution(inputs, rows, columns, outputs, kernel, stride, padding));

    private static (string, ConvolutionGeometry) Linear(int inputs, int rows, int columns, int outputs) =>
        ($"linear {inputs}×{rows}×{columns} to {outputs}", ConvolutionGeometry.Linear(inputs, rows, columns, outputs));
}
