namespace RobustSnn.Engine.Tests.Contract.Cases;

public static class TrainingCases
{
    private static readonly int[] Lengths = [1, 17, 1000, 50_003];

    private static readonly (float Rate, float Momentum, float Decay)[] Settings = [(0.1f, 0.9f, 1e-2f), (1, 0, 0), (0.01f, 0.9f, 0)];

    public static IEnumerable<ContractCase> All =>
        from n in Lengths
        from settings in Settings
        from masked in new[] { false, true }
        select new ContractCase("SgdStep",
            $"{n}, rate {settings.Rate}, momentum {settings.Momentum}, decay {settings.Decay}{(masked ? ", masked" : "")}",
            ContractCase.Elementwise,
            bench =>
            {
                // Every third weight is pruned, as its value and velocity are 0 and its gradient is not.
                float Kept(int i) => masked && i % 3 == 1 ? 0 : 1;
                bench.Backend.SgdStep(
                    bench.OutputBuffer("value", n, i => Kept(i) * bench.Draw(-1, 1)),
                    bench.InputBuffer(n),
                    bench.OutputBuffer("velocity", n, i => Kept(i) * bench.Draw(-1, 1)),
                    masked ? bench.InputBuffer(n, Kept) : null,
                    settings.Rate,
                    settings.Momentum,
                    settings.Decay);
            });
}
