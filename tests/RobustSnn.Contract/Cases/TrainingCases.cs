namespace RobustSnn.Contract.Cases;

public static class TrainingCases
{
    private static readonly int[] Lengths = [1, 17, 1000, 50_003];

    private static readonly (float Rate, float Momentum, float Decay)[] Settings = [(0.1f, 0.9f, 1e-2f), (1, 0, 0), (0.01f, 0.9f, 0)];

    public static IEnumerable<ContractCase> All =>
        from n in Lengths
        from settings in Settings
        select new ContractCase("SgdStep",
            $"{n}, rate {settings.Rate}, momentum {settings.Momentum}, decay {settings.Decay}",
            ContractCase.Elementwise,
            bench => bench.Backend.SgdStep(
                bench.OutputBuffer("value", n),
                bench.InputBuffer(n),
                bench.OutputBuffer("velocity", n),
                settings.Rate,
                settings.Momentum,
                settings.Decay));
}
