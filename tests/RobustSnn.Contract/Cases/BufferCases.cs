using RobustSnn.Engine.Randomness;

namespace RobustSnn.Contract.Cases;

public static class BufferCases
{
    private static readonly int[] Lengths = [1, 15, 16, 17, 1000, 50_002];

    private static readonly (float Keep, float Scale)[] Blends = [(0, 1), (1, 1), (0.9f, 0.1f), (-0.5f, 0)];

    private static readonly RandomKey Key = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    public static IEnumerable<ContractCase> All =>
    [
        .. Lengths.Select(n => new ContractCase("Fill", $"{n}", ContractCase.Exact, bench =>
            bench.Backend.Fill(bench.OutputBuffer("target", n), -2.5f))),

        .. Lengths.Select(n => new ContractCase("Copy", $"{(n + 1) / 2} of {n}", ContractCase.Exact, bench =>
            bench.Backend.Copy(bench.InputBuffer(n), bench.OutputBuffer("target", n, written: (n + 1) / 2), (n + 1) / 2))),

        .. from n in Lengths
           let blend = Blends[n % Blends.Length]
           select new ContractCase("Blend", $"{n}, keep {blend.Keep}, scale {blend.Scale}", ContractCase.Elementwise, bench =>
               bench.Backend.Blend(bench.OutputBuffer("target", n), blend.Keep, blend.Scale, bench.InputBuffer(n))),

        .. Lengths.Select(n => new ContractCase("ClampBelow", $"{n}", ContractCase.Exact, bench =>
            bench.Backend.ClampBelow(bench.OutputBuffer("target", n), 0.03f))),

        .. from n in Lengths
           select new ContractCase("RandomFill", $"{n} of {n + 3}, uniform", ContractCase.Exact, bench =>
               bench.Backend.RandomFill(bench.OutputBuffer("target", n + 3, written: n), n, RandomKind.Uniform, Key)),

        .. from kind in Enum.GetValues<RandomKind>()
           from pixels in new[] { 1, 4, 75, 3 * 32 * 32 }
           select new ContractCase("RandomFillSamples", $"5 of 7 samples of {pixels}, {kind}", 1e-7, bench => bench.Backend.RandomFillSamples(
               bench.OutputBuffer("target", 7 * pixels, written: 5 * pixels), bench.Numbers(7), kind, Key, 5)),

        // The logarithm and the sine may differ in their last bit from one machine to the next.
        .. from n in Lengths
           select new ContractCase("RandomFill", $"{n} of {n + 3}, normal", 1e-7, bench =>
               bench.Backend.RandomFill(bench.OutputBuffer("target", n + 3, written: n), n, RandomKind.Normal, Key)),
    ];
}
