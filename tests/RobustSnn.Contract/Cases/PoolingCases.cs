using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Contract.Cases;

public static class PoolingCases
{
    // ResNet's of large images first.
    private static readonly PoolWindow[] Windows = [new(3, 2, 1), new(3, 1, 1), new(2, 2, 0), new(3, 3, 0), new(2, 3, 1), new(1, 1, 0)];

    private static readonly (Storage From, Storage To)[] Storages =
        [(Storage.Floats, Storage.Floats), (Storage.Bits, Storage.Floats), (Storage.Bits, Storage.Bits)];

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
        [.. Pools(shapes), .. MaxPools(shapes), .. MaxPoolGradients(shapes), .. OverlappingMaxPools(shapes), .. Readouts(shapes)];

    private static IEnumerable<ContractCase> Pools(ShapeTable shapes) =>
        from i in Enumerable.Range(0, shapes.Lanes.Length)
        let window = shapes.Pools[i % shapes.Pools.Length]
        let lanes = shapes.Lanes[i]
        let input = new ActivationShape(shapes.PooledChannels[i % shapes.PooledChannels.Length], window.Rows, window.Columns, i % 2, lanes.Layout)
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

    private static IEnumerable<ContractCase> MaxPools(ShapeTable shapes) =>
        from i in Enumerable.Range(0, shapes.Lanes.Length)
        from storage in Storages
        let window = shapes.Pools[i % shapes.Pools.Length]
        let lanes = shapes.Lanes[i]
        let input = new ActivationShape(shapes.PooledChannels[(i + 1) % shapes.PooledChannels.Length], window.Rows, window.Columns, i % 2, lanes.Layout, storage.From)
        let output = input with { Rows = window.OutputRows, Columns = window.OutputColumns, Border = i % 3, Storage = storage.To }
        let name = $"{input.Channels}×{input.Rows}×{input.Columns} {storage.From} to {output.Rows}×{output.Columns} {storage.To}, borders {input.Border} and {output.Border}, {lanes}"
        select new ContractCase("MaxPool", name, ContractCase.Exact, bench => bench.Backend.MaxPool(
            Largest(bench, input, lanes.Samples), bench.Output("output", output, lanes.Samples), lanes.Samples));

    // values repeat, so that the first of equals is asked for
    private static IEnumerable<ContractCase> MaxPoolGradients(ShapeTable shapes) =>
        from i in Enumerable.Range(0, shapes.Lanes.Length)
        from storage in Enum.GetValues<Storage>()
        let window = shapes.Pools[i % shapes.Pools.Length]
        let lanes = shapes.Lanes[i]
        let input = new ActivationShape(shapes.PooledChannels[(i + 2) % shapes.PooledChannels.Length], window.Rows, window.Columns, i % 2, lanes.Layout, storage)
        let output = input with { Rows = window.OutputRows, Columns = window.OutputColumns, Border = i % 3, Storage = Storage.Floats }
        let accumulate = (i + (int)storage) % 2 == 0
        let name = $"{input.Channels}×{input.Rows}×{input.Columns} {storage} to {output.Rows}×{output.Columns}, borders {input.Border} and {output.Border}, {lanes}"
            + (accumulate ? ", accumulating" : "")
        select new ContractCase("MaxPoolGradient", name, ContractCase.Exact, bench => bench.Backend.MaxPoolGradient(
            Largest(bench, input, lanes.Samples),
            bench.InputGradient(output, lanes.Samples),
            bench.OutputGradient("inputGradient", input with { Storage = Storage.Floats }, lanes.Samples, new GradientTarget(accumulate, InPlace: false)),
            accumulate,
            lanes.Samples));

    private static IEnumerable<ContractCase> OverlappingMaxPools(ShapeTable shapes) =>
        from i in Enumerable.Range(0, shapes.Lanes.Length)
        let map = shapes.Pools[i % shapes.Pools.Length]
        let window = Windows[i % Windows.Length]
        let lanes = shapes.Lanes[i]
        let input = new ActivationShape(shapes.PooledChannels[i % shapes.PooledChannels.Length], map.Rows, map.Columns, i % 2, lanes.Layout)
        where Math.Min(map.Rows, map.Columns) + 2 * window.Padding >= window.Size
        let output = input with { Rows = Extent(map.Rows, window), Columns = Extent(map.Columns, window), Border = i % 3 }
        let accumulate = i % 2 == 0
        let name = $"{input.Channels}×{input.Rows}×{input.Columns} by {window.Size}, stride {window.Stride}, padding {window.Padding}, "
            + $"borders {input.Border} and {output.Border}, {lanes}"
        from @case in new[]
        {
            new ContractCase("OverlappingMaxPool", name, ContractCase.Exact, bench => bench.Backend.OverlappingMaxPool(
                window, Below(bench, input, lanes.Samples), bench.Output("output", output, lanes.Samples), lanes.Samples)),

            new ContractCase("OverlappingMaxPoolGradient", $"{name}{(accumulate ? ", accumulating" : "")}", ContractCase.Elementwise, bench =>
                bench.Backend.OverlappingMaxPoolGradient(
                    window,
                    Below(bench, input, lanes.Samples),
                    bench.InputGradient(output, lanes.Samples),
                    bench.OutputGradient("inputGradient", input, lanes.Samples, new GradientTarget(accumulate, InPlace: false)),
                    accumulate,
                    lanes.Samples)),
        }
        select @case;

    // all below 0, so that what is beyond the edge would be the largest if it was read; values repeat
    private static Activation Below(Workbench bench, ActivationShape shape, int samples) =>
        bench.Input(shape, samples, () => bench.DrawInteger(4) - 5);

    private static int Extent(int size, PoolWindow window) => (size + 2 * window.Padding - window.Size) / window.Stride + 1;

    private static Activation Largest(Workbench bench, ActivationShape shape, int samples) =>
        bench.Input(shape, samples, shape.IsBits ? () => bench.DrawInteger(2) : () => bench.DrawInteger(4) - 1);

    private static IEnumerable<ContractCase> Readouts(ShapeTable shapes) =>
        from lanes in shapes.Lanes.Index()
        let classes = shapes.PooledChannels[lanes.Index % shapes.PooledChannels.Length]
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
