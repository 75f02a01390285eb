namespace RobustSnn.Engine.Tests.Contract.Cases;

public static class PoolingCases
{
    private static readonly (int Rows, int Columns, int OutputRows, int OutputColumns)[] Windows =
        [(2, 2, 1, 1), (4, 4, 2, 2), (6, 10, 3, 5), (8, 8, 1, 1), (5, 7, 1, 1), (9, 6, 3, 2), (1, 1, 1, 1)];

    private static readonly int[] Channels = [1, 3, 16, 17, 10];

    public static IEnumerable<ContractCase> All => [.. Pools, .. Readouts];

    private static IEnumerable<ContractCase> Pools =>
        from i in Enumerable.Range(0, Shapes.Lanes.Length)
        let window = Windows[i % Windows.Length]
        let lanes = Shapes.Lanes[i]
        let input = new ActivationShape(Channels[i % Channels.Length], window.Rows, window.Columns, i % 2, lanes.Layout)
        let output = input with { Rows = window.OutputRows, Columns = window.OutputColumns, Border = i % 3 }
        let accumulate = i % 2 == 0
        let description = $"{input.Channels}×{input.Rows}×{input.Columns} to {output.Rows}×{output.Columns}, borders {input.Border} and {output.Border}, {lanes}"
        from @case in new[]
        {
            new ContractCase("AveragePool", description, ContractCase.Elementwise, bench => bench.Backend.AveragePool(
                bench.Input(input, lanes.Samples), bench.Output("output", output, lanes.Samples), lanes.Samples)),

            new ContractCase("AveragePoolGradient", $"{description}{(accumulate ? ", accumulating" : "")}", ContractCase.Elementwise, bench =>
                bench.Backend.AveragePoolGradient(
                    bench.InputGradient(output, lanes.Samples),
                    bench.OutputGradient("inputGradient", input, lanes.Samples, new GradientTarget(accumulate, InPlace: false)),
                    accumulate,
                    lanes.Samples)),
        }
        select @case;

    private static IEnumerable<ContractCase> Readouts =>
        from lanes in Shapes.Lanes.Index()
        let classes = Channels[lanes.Index % Channels.Length]
        let scores = new ActivationShape(classes, 1, 1, lanes.Index % 2, lanes.Item.Layout)
        let samples = lanes.Item.Samples
        from @case in new[]
        {
            new ContractCase("Readout", $"{classes} classes, {lanes.Item}", ContractCase.Elementwise, bench => bench.Backend.Readout(
                bench.Input(scores, samples),
                bench.OutputBuffer("logits", lanes.Item.Batch * classes, written: samples * classes),
                samples)),

            new ContractCase("ReadoutGradient", $"{classes} classes, {lanes.Item}", ContractCase.Elementwise, bench => bench.Backend.ReadoutGradient(
                bench.InputBuffer(lanes.Item.Batch * classes, used: samples * classes),
                bench.OutputGradient("scoreGradient", scores, samples, GradientTargets.All[0]),
                samples)),
        }
        select @case;
}
