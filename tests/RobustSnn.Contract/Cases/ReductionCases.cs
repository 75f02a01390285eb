using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Cases;

public static class ReductionCases
{
    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
    [
        .. shapes.All.Select(shape => new ContractCase("Sum", $"{shape}", ContractCase.Sums, bench =>
            bench.Backend.Sum(bench.Input(shape.Shape, shape.Samples), bench.Figure("sum", ElementType.Float64), 0, shape.Samples))),

        // On a grid, so that values repeat, and with zeros of both signs.
        .. from shape in shapes.All
           let n = (long)shape.ChannelValues * shape.Channels
           let k = shape.Take(1 + (long)Math.Round(0.997 * (n - 1)), 1, (n + 1) / 2, n)
           select new ContractCase("KthSmallest", $"{k} of {shape}", ContractCase.Exact, bench =>
               bench.Backend.KthSmallest(
                   bench.Input(shape.Shape, shape.Samples, () => MathF.Round(bench.Draw(-3, 9) * 40) / 40), k,
                   bench.Figure("value", ElementType.Float32), 0, shape.Samples)),
    ];
}
