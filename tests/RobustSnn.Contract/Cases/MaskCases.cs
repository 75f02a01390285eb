using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract.Cases;

public static class MaskCases
{
    private static readonly (int Length, int Kept)[] Sizes = [(1, 0), (1, 1), (2, 1), (7, 3), (64, 64), (1000, 1), (1000, 100), (70_000, 12_345)];

    public static IEnumerable<ContractCase> All => [.. Keeps, .. Products, .. InnerProducts];

    // scores that repeat ask for the first of equals; those of one kind differ in their lowest bits; NaN is above all, the first of them first
    private static IEnumerable<ContractCase> Keeps =>
        from size in Sizes
        where size.Kept > 0
        from scores in new[] { "", ", equal scores", ", scores that are no numbers" }
        select new ContractCase("KeepLargest", $"{size.Kept} of {size.Length}{scores}", ContractCase.Exact, bench =>
            bench.Backend.KeepLargest(
                bench.InputBuffer(size.Length, i => scores switch
                {
                    "" => bench.Draw(-1, 1),
                    ", equal scores" => bench.DrawInteger(5) - 2,
                    _ => i % 5 == 2 ? float.NaN : bench.Draw(-1, 1),
                }),
                bench.InputBuffer(size.Length),
                size.Kept,
                bench.OutputBuffer("kept", size.Length)));

    private static IEnumerable<ContractCase> Products =>
        from size in Sizes
        select new ContractCase("MultiplyAdd", $"{size.Length} elements", ContractCase.Elementwise, bench => bench.Backend.MultiplyAdd(
            bench.InputBuffer(size.Length), bench.InputBuffer(size.Length), bench.OutputBuffer("sum", size.Length)));

    private static IEnumerable<ContractCase> InnerProducts =>
        from size in Sizes
        select new ContractCase("InnerProduct", $"{size.Length} elements", ContractCase.Sums, bench => bench.Backend.InnerProduct(
            bench.InputBuffer(size.Length), bench.InputBuffer(size.Length), bench.Figure("sum", ElementType.Float64), 0));
}
