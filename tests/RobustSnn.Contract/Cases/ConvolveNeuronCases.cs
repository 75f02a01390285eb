using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>
/// Inputs, weights and biases are few multiples of powers of two and leaks are powers of two: sums are exact in any order, so that every
/// spike must agree.
/// </summary>
public static class ConvolveNeuronCases
{
    private const double FewWeights = 0.2;
    private const float InputGrid = 64;
    private const float WeightGrid = 16;
    private const float Threshold = 0.5f + 0.5f / (InputGrid * WeightGrid); // between two sums

    private static readonly (string Name, ConvolutionGeometry Geometry)[] Geometries =
    [
        ("kernel 3, padding 1", ConvolutionGeometry.Convolution(5, 6, 5, 7, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3, stride 2, padding 1", ConvolutionGeometry.Convolution(6, 5, 8, 9, kernel: 3, stride: 2, padding: 1)),
        ("kernel 1", ConvolutionGeometry.Convolution(17, 3, 4, 6, kernel: 1, stride: 1, padding: 0)),
        ("linear", ConvolutionGeometry.Linear(13, 2, 2, 21)),
        ("kernel 3 on 2×2, many outputs", ConvolutionGeometry.Convolution(5, 2, 2, 60, kernel: 3, stride: 1, padding: 1)),
    ];

    private static readonly NeuronModel[] Models = [new(1, Reset.Hard), new(1, Reset.Soft), new(0.5, Reset.Hard), new(0.5, Reset.Soft)];

    private static readonly LaneCase[] Lanes =
    [
        .. from timesteps in new[] { 1, 4, 8, 10 }
           from batch in new[] { 1, 3, 16, 33 }
           select new LaneCase(timesteps, batch, batch == 33 ? 33 - timesteps : batch),
        new(8, 4, 3, ByImage: true), new(3, 2, 2, ByImage: true), .. Octets,
    ];

    /// <summary>One image of more than 8 timesteps: octets that fill a position's bits and that do not, up to several words of them.</summary>
    private static IEnumerable<LaneCase> Octets =>
        [new(9, 1, 1), new(16, 1, 1), new(24, 3, 2, ByImage: true), new(32, 2, 2, ByImage: true), new(64, 1, 1), new(72, 2, 1, ByImage: true)];

    /// <summary>Small maps, some with more outputs than a chunk has.</summary>
    private static readonly (string Name, ConvolutionGeometry Geometry)[] SmallMaps =
    [
        ("kernel 3 on 1×1", ConvolutionGeometry.Convolution(9, 1, 1, 5, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3 on 2×2", ConvolutionGeometry.Convolution(7, 2, 2, 70, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3 on 2×2, many outputs", ConvolutionGeometry.Convolution(7, 2, 2, 777, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3 on 4×4, few outputs", ConvolutionGeometry.Convolution(6, 4, 4, 9, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3, stride 2 on 4×4", ConvolutionGeometry.Convolution(6, 4, 4, 60, kernel: 3, stride: 2, padding: 1)),
        ("kernel 3 on 4×5", ConvolutionGeometry.Convolution(6, 4, 5, 69, kernel: 3, stride: 1, padding: 1)),
        ("kernel 3 on 8×8", ConvolutionGeometry.Convolution(5, 8, 8, 150, kernel: 3, stride: 1, padding: 1)),
        ("kernel 5 on 3×2", ConvolutionGeometry.Convolution(5, 3, 2, 66, kernel: 5, stride: 1, padding: 2)),
        ("kernel 3 without padding", ConvolutionGeometry.Convolution(6, 4, 4, 37, kernel: 3, stride: 1, padding: 0)),
        ("linear over 2×2", ConvolutionGeometry.Linear(9, 2, 2, 90)),
        ("linear", ConvolutionGeometry.Linear(40, 1, 1, 130)),
        ("kernel 3 to one channel of 10 columns", ConvolutionGeometry.Convolution(12, 3, 10, 1, kernel: 3, stride: 1, padding: 1)),
    ];

    public static IEnumerable<ContractCase> All => [.. Everywhere, .. Events, .. Pooled, .. OneAfterAnother, .. OnOneConnection];

    /// <summary>A larger map of bits, of which the layer reads means over windows.</summary>
    private static IEnumerable<ContractCase> Pooled =>
        from k in Enumerable.Range(0, Geometries.Length)
        let geometry = Geometries[k]
        from lanes in (LaneCase[])[new(8, 1, 1), new(3, 1, 1), new(2, 4, 3), new(8, 3, 3), new(4, 33, 20), new(8, 3, 3, ByImage: true), new(3, 4, 3, ByImage: true), .. Octets]
        from isPruned in new[] { true, false }
        from window in new[] { 2, 4 }
        from toStorage in Enum.GetValues<Storage>()
        let model = Models[(k + lanes.Batch) % Models.Length]
        let name = $"means over {window}×{window}, {geometry.Name}, {(isPruned ? "pruned" : "dense")}, to {toStorage}, {lanes}, leak {model.Leak}, {model.Reset} reset"
        select new ContractCase("ConvolveNeuron", name, ContractCase.Exact, bench =>
            Run(bench, geometry.Geometry, lanes, model, false, isPruned, Storage.Bits, true, margin: k % 2, window: window, toStorage: toStorage))
        { HasWidths = isPruned };

    /// <summary>A small map after a large one: what one operation leaves behind does not reach the next, nor its border.</summary>
    private static IEnumerable<ContractCase> OneAfterAnother =>
        from isPruned in new[] { true, false }
        from lanes in new LaneCase[] { new(8, 1, 1), new(8, 16, 16) }
        select new ContractCase("ConvolveNeuron", $"means on 12×12, then on 4×3, {(isPruned ? "pruned" : "dense")}, {lanes}", ContractCase.Exact, bench =>
        {
            Run(bench, ConvolutionGeometry.Convolution(4, 12, 12, 5, kernel: 3, stride: 1, padding: 1), lanes, Models[0], false, isPruned,
                Storage.Bits, true, margin: 0, window: 2, output: "first");
            Run(bench, ConvolutionGeometry.Convolution(4, 4, 3, 5, kernel: 3, stride: 1, padding: 1), lanes, Models[0], false, isPruned,
                Storage.Bits, true, margin: 0, window: 2);
        })
        { HasWidths = isPruned };

    /// <summary>One layer on spikes, on floats, and on means, for one image and for more, before and after its weights change.</summary>
    private static IEnumerable<ContractCase> OnOneConnection =>
        from map in SmallMaps
        where map.Geometry.Outputs > 5 // of fewer, none may fire
        from isOneLast in new[] { true, false }
        select new ContractCase("Refresh", $"with neurons, {map.Name}{(isOneLast ? ", one image last" : "")}", ContractCase.Exact, bench =>
        {
            var pattern = Pattern(bench, map.Geometry.WeightCount);
            var connection = bench.Connect(map.Geometry, bench.OutputBuffer("weights", pattern.Count, _ => OnGrid(bench, WeightGrid, -0.5, 0.75)), pattern);
            LaneCase one = new(8, 1, 1);
            LaneCase three = new(8, 3, 3, ByImage: true);
            Run(bench, connection, one, Models[0], false, Storage.Bits, true, margin: 0, window: 2, output: "means");
            Run(bench, connection, one, Models[0], false, Storage.Floats, true, margin: 0, output: "floats");
            Run(bench, connection, one, Models[0], false, Storage.Bits, true, margin: 0, output: "bits");
            connection.Weights.Upload([.. Enumerable.Range(0, pattern.Count).Select(_ => OnGrid(bench, WeightGrid, -0.5, 0.75))]);
            foreach (var (i, lanes) in (isOneLast ? new[] { three, one } : [one, three]).Index())
            {
                Run(bench, connection, lanes, Models[0], false, Storage.Bits, true, margin: 0, window: 2, output: $"means {i}");
                Run(bench, connection, lanes, Models[0], false, Storage.Bits, true, margin: 1, output: $"bits {i}");
            }
        })
        { HasWidths = true };

    /// <summary>One image of whose inputs many, few, or nearly none fire: silence is skipped.</summary>
    private static IEnumerable<ContractCase> Events =>
        from k in Enumerable.Range(0, SmallMaps.Length)
        from timesteps in new[] { 1, 3, 8, 16, 20, 64 }
        from images in timesteps > 8 ? [1 + timesteps % 16 / 2] : new[] { 1, 3 }
        from rate in new[] { 0.4f, 0.02f, 0.005f }
        let map = SmallMaps[k]
        where (rate < 0.1f || map.Geometry.OutputColumns > 1) && (rate > 0.01f || map.Geometry.Outputs > 1) // so that some fire, and not all
        let model = Models[(k + timesteps) % Models.Length]
        let name = $"events, {map.Name}, T {timesteps}, {images} images, rate {rate}, leak {model.Leak}, {model.Reset} reset"
        select new ContractCase("ConvolveNeuron", name, ContractCase.Exact, bench =>
            Run(bench, map.Geometry, new LaneCase(timesteps, images, images, ByImage: true), model, false, true, Storage.Bits, true, margin: k == SmallMaps.Length - 1 ? 1 : 2 + k % 2, rate))
        { HasWidths = true };

    private static IEnumerable<ContractCase> Everywhere =>
        from i in Enumerable.Range(0, Lanes.Length)
        let lanes = Lanes[i]
        from k in Enumerable.Range(0, Geometries.Length)
        let geometry = Geometries[k]
        from isStatic in new[] { false, true }
        from isPruned in new[] { true, false }
        from storage in Enum.GetValues<Storage>()
        let model = Models[(i + k) % Models.Length]
        let bias = (i + k / 2) % 2 == 0
        let name = $"{geometry.Name}, {(isPruned ? "pruned" : "dense")}, {storage}, {lanes}, leak {model.Leak}, {model.Reset} reset"
            + $"{(isStatic ? ", static input" : "")}{(bias ? ", bias" : "")}"
        select new ContractCase("ConvolveNeuron", name, ContractCase.Exact, bench =>
            Run(bench, geometry.Geometry, lanes, model, isStatic, isPruned, storage, bias, margin: i % 2))
        { HasWidths = isPruned };

    /// <summary>A layer with its neurons, dense and pruned, on floats and on spikes.</summary>
    /// <param name="margin">Border that nobody reads.</param>
    /// <param name="density">Share of the weights of the pruned one.</param>
    /// <param name="rate">Share of the inputs that fire.</param>
    public static IEnumerable<ContractCase> Layer(
        string name, ConvolutionGeometry geometry, LaneCase lanes, int margin, bool bias, double density = FewWeights, float rate = 0.25f) =>
        from isPruned in new[] { true, false }
        from storage in Enum.GetValues<Storage>()
        let model = Models[(lanes.Timesteps + lanes.Batch) % Models.Length]
        select new ContractCase("ConvolveNeuron", $"{name}, {(isPruned ? $"{density:P0} of the weights" : "dense")}, {storage}, {lanes}, leak {model.Leak}, {model.Reset} reset",
            ContractCase.Exact, bench => Run(bench, geometry, lanes, model, false, isPruned, storage, bias, margin, rate, density: density))
        { HasWidths = isPruned };

    private static void Run(Workbench bench, ConvolutionGeometry geometry, LaneCase lanes, NeuronModel model, bool isStatic, bool isPruned,
        Storage storage, bool bias, int margin, float rate = 0.25f, int window = 1, string output = "spikes", Storage? toStorage = null,
        double density = FewWeights)
    {
        var pattern = isPruned ? Pattern(bench, geometry.WeightCount, density) : null;
        var weights = bench.InputBuffer(pattern?.Count ?? geometry.WeightCount, _ => OnGrid(bench, WeightGrid, -0.5, 0.75));
        Run(bench, bench.Connect(geometry, weights, pattern), lanes, model, isStatic, storage, bias, margin, rate, window, output, toStorage);
    }

    private static void Run(Workbench bench, Connection connection, LaneCase lanes, NeuronModel model, bool isStatic, Storage storage, bool bias,
        int margin, float rate = 0.25f, int window = 1, string output = "spikes", Storage? toStorage = null)
    {
        var (geometry, layout) = (connection.Geometry, lanes.Layout);
        var input = new ActivationShape(geometry.Inputs, window * geometry.InputRows, window * geometry.InputColumns, geometry.Padding + margin,
            isStatic ? layout.Static : layout, isStatic ? Storage.Floats : storage);
        var spikes = new ActivationShape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns, margin, layout, toStorage ?? storage);
        bench.Backend.ConvolveNeuron(
            connection,
            bias ? bench.InputBuffer(geometry.Outputs, _ => OnGrid(bench, InputGrid, rate < 0.25f ? 0.2 : -0.5, rate < 0.25f ? 0.6 : 0.5)) : null,
            model,
            bench.Parameters(Threshold),
            bench.Input(input, lanes.Samples, isStatic ? () => OnGrid(bench, InputGrid, -0.5, 1) : () => bench.Draw(0, 1) < rate ? 1 : 0),
            new MeanWindow(window, window),
            bench.Output(output, spikes, lanes.Samples),
            lanes.Samples);
    }

    /// <summary>Drawn weights, and a quarter of them at even distances, so that no layer is empty.</summary>
    private static SparsityPattern Pattern(Workbench bench, int count, double density = FewWeights)
    {
        var distance = (int)Math.Round(4 / density);
        return new(count, [.. Enumerable.Range(0, count).Where(i => i % distance == Math.Min(7, count - 1) || bench.Draw(0, 1) < (float)(density * 3 / 4))]);
    }

    private static float OnGrid(Workbench bench, float grid, double low, double high) => MathF.Floor(bench.Draw(low, high) * grid) / grid;
}
