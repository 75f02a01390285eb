using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

/// <summary>Operations that write spikes as bits or read them: positions of 1, 2 and 4·k bytes, bytes that neighbouring columns share a word with.</summary>
public static class BitCases
{
    private static readonly (int Channels, int Rows, int Columns)[] Maps = [(3, 4, 4), (17, 1, 1), (6, 2, 6), (1, 6, 2), (16, 4, 2)];

    private static readonly NeuronModel[] Models =
        [new(1, Reset.Hard), new(0.9, Reset.Soft), new(1, Reset.Soft), new(0.9, Reset.Hard)];

    private static readonly (int Batch, int Samples)[] Batches = [(1, 1), (3, 3), (3, 2), (16, 16), (16, 11), (33, 33), (33, 20), (33, 16)];

    public static IEnumerable<ContractCase> All => [.. Neurons, .. Readers, .. Sums, .. Convolutions];

    /// <summary>Every number of timesteps with every batch, with one of the maps, with and without border.</summary>
    internal static IEnumerable<ShapeCase> Cases =>
        from timesteps in new[] { 1, 4, 8, 10 }.Index()
        from batch in Batches.Index()
        let index = timesteps.Index * Batches.Length + batch.Index
        let map = Maps[index % Maps.Length]
        select new ShapeCase(index, map.Channels, map.Rows, map.Columns, (index + index / 2) % 2,
            new LaneCase(timesteps.Item, batch.Item.Batch, batch.Item.Samples));

    private static IEnumerable<ContractCase> Neurons =>
        from shape in Cases
        let model = shape.Take(Models)
        from keeps in new[] { false, true }
        from isStatic in new[] { false, true }
        select new ContractCase("Neuron", $"to bits, {shape}, {model.Reset} reset, leak {model.Leak}{(keeps ? ", membranes" : "")}{(isStatic ? ", static" : "")}",
            ContractCase.Elementwise, bench => bench.Backend.Neuron(
                model,
                bench.Input(isStatic ? shape.Static : shape.Shape, shape.Samples, () => NeuronCases.OnGrid(bench, -0.5, 1.2)),
                bench.Parameters(NeuronCases.Threshold),
                keeps ? bench.Output("membrane", shape.Shape, shape.Samples) : null,
                bench.Output("spikes", Bits(shape.Shape), shape.Samples),
                shape.Samples));

    private static IEnumerable<ContractCase> Readers =>
        from shape in Cases
        let bits = Bits(shape.Shape)
        let isWhole = shape.Take(false, true, false) // a global pool
        let pooled = shape.Shape with
        {
            Rows = isWhole || shape.Rows == 1 ? 1 : shape.Rows / 2,
            Columns = isWhole || shape.Columns == 1 ? 1 : shape.Columns / 2,
            Border = shape.Take(0, 1, 2),
        }
        from @case in new[]
        {
            new ContractCase("Unpack", $"{shape}", ContractCase.Exact, bench => bench.Backend.Unpack(
                bench.Input(bits, shape.Samples), bench.Output("output", shape.Shape with { Border = shape.Take(0, 1, 2) }, shape.Samples), shape.Samples)),

            new ContractCase("AveragePool", $"bits, {shape} to {pooled.Rows}×{pooled.Columns}", ContractCase.Elementwise, bench =>
                bench.Backend.AveragePool(bench.Input(bits, shape.Samples), bench.Output("output", pooled, shape.Samples), shape.Samples)),

            new ContractCase("Sum", $"bits, {shape}", ContractCase.Exact, bench =>
                bench.Backend.Sum(bench.Input(bits, shape.Samples), bench.Figure("sum", ElementType.Float64), 0, shape.Samples)),

            new ContractCase("WeightedSumCoefficientGradient", $"bits, {shape}", ContractCase.Sums, bench =>
                bench.Backend.WeightedSumCoefficientGradient(
                    bench.Input(bits, shape.Samples),
                    bench.InputGradient(shape.Shape, shape.Samples, () => bench.Draw(-0.5, 1.5)),
                    bench.OutputBuffer("coefficientGradient", 2),
                    shape.Take(0, 1),
                    shape.Samples)),
        }
        select @case;

    private static IEnumerable<ContractCase> Sums =>
        from shape in Cases
        from form in new[] { "bits + floats", "floats + bits", "bits + bits", "static + bits" }
        select new ContractCase("WeightedSum", $"{form}, {shape}", ContractCase.Elementwise, bench =>
        {
            var terms = form.Split(" + ").Select(term => bench.Input(
                term switch { "bits" => Bits(shape.Shape), "static" => shape.Static, _ => shape.Shape }, shape.Samples)).ToArray();
            bench.Backend.WeightedSum(terms[0], terms[1], bench.Parameters(0.7f, -0.4f), bench.Output("output", shape.Shape, shape.Samples), shape.Samples);
        });

    private static IEnumerable<ContractCase> Convolutions =>
        from shape in Cases
        let isLinear = shape.Take(false, false, true)
        let stride = shape.Take(1, 1, 1, 2)
        let outputs = shape.Take(6, 5, 17)
        let geometry = isLinear
            ? ConvolutionGeometry.Linear(shape.Channels, shape.Rows, shape.Columns, outputs)
            : ConvolutionGeometry.Convolution(shape.Channels, shape.Rows, shape.Columns, outputs, 3, stride, 1)
        let border = isLinear ? shape.Border : 1 + shape.Border
        let input = Bits(shape.Shape) with { Border = border }
        let output = new ActivationShape(outputs, geometry.OutputRows, geometry.OutputColumns, border, shape.Shape.Lanes)
        let hasBias = shape.Take(true, false)
        let name = $"bits, {shape}, to {outputs}{(isLinear ? ", linear" : $", stride {stride}")}{(hasBias ? ", bias" : "")}"
        from @case in new[]
        {
            new ContractCase("Convolve", name, ContractCase.Sums, bench => bench.Backend.Convolve(
                bench.Connect(geometry, bench.InputBuffer(geometry.WeightCount)),
                hasBias ? bench.InputBuffer(outputs) : null,
                bench.Input(input, shape.Samples),
                bench.Output("output", output, shape.Samples),
                shape.Samples)),

            new ContractCase("ConvolveWeightGradient", name, ContractCase.Sums, bench => bench.Backend.ConvolveWeightGradient(
                bench.Connect(geometry, bench.InputBuffer(geometry.WeightCount)),
                bench.Input(input, shape.Samples),
                bench.InputGradient(output, shape.Samples),
                bench.OutputBuffer("weightGradient", geometry.WeightCount),
                hasBias ? bench.OutputBuffer("biasGradient", outputs) : null,
                shape.Samples)),
        }
        select @case;

    public static ActivationShape Bits(ActivationShape shape) => shape with { Storage = Storage.Bits };
}
