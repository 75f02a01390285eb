using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Tests.Contract.Cases;

/// <summary>Steps on pixels; every other image's gradient is partly 0, and every other step is longer than the ball.</summary>
public static class AttackCases
{
    private const float Epsilon = 8f / 255;

    private static readonly (int Batch, int Samples, int Pixels)[] Sizes = [(1, 1, 1), (5, 5, 12), (17, 17, 3 * 8 * 8), (33, 20, 3 * 7 * 5), (9, 7, 3 * 32 * 32)];

    public static IEnumerable<ContractCase> All => [.. Steps(), .. Judgements()];

    private static IEnumerable<ContractCase> Steps() =>
        from size in Sizes
        let description = $"{size.Samples} of {size.Batch} samples of {size.Pixels} pixels"
        from @case in new[]
        {
            new ContractCase("AttackStep", description, ContractCase.Elementwise, bench => AttackStep(bench, size, InPixels, inPlace: false)),
            new ContractCase("AttackStep", $"{description}, in place", ContractCase.Elementwise, bench => AttackStep(bench, size, InPixels, inPlace: true)),
            new ContractCase("AttackStep", $"{description}, L2", ContractCase.Elementwise, bench => AttackStep(bench, size, InSpace(size), inPlace: false)),
            new ContractCase("AttackStep", $"{description}, L2, in place", ContractCase.Elementwise, bench => AttackStep(bench, size, InSpace(size), inPlace: true)),
            new ContractCase("MomentumAttackStep", description, ContractCase.Elementwise, bench => MomentumAttackStep(bench, size, InPixels)),
            new ContractCase("MomentumAttackStep", $"{description}, L2", ContractCase.Elementwise, bench => MomentumAttackStep(bench, size, InSpace(size))),
            new ContractCase("InspectGradient", description, ContractCase.Exact, bench => bench.Backend.InspectGradient(
                bench.InputBuffer(size.Batch * size.Pixels, i => (i / size.Pixels % 3) switch
                {
                    0 => 0,
                    1 => i % 5 == 0 ? float.NaN : i % 7 == 0 ? float.NegativeInfinity : 1,
                    _ => bench.Draw(-1, 1),
                }, size.Samples * size.Pixels),
                bench.OutputBuffer("notFinite", size.Batch, i => i % 4 == 0 ? 1 : 0, size.Samples),
                bench.OutputBuffer("vanished", size.Batch, written: size.Samples),
                size.Samples)),
            new ContractCase("SelectSamples", description, ContractCase.Exact, bench => bench.Backend.SelectSamples(
                bench.InputBuffer(size.Batch, i => i % 3 == 1 ? 0 : 1, size.Samples),
                Pixels(bench, size),
                bench.OutputBuffer("target", size.Batch * size.Pixels, written: size.Samples * size.Pixels),
                size.Samples)),
        }
        select @case;

    /// <summary>Logits of few values, so that equal ones are common; some are no numbers.</summary>
    private static IEnumerable<ContractCase> Judgements() =>
        from classes in new[] { 1, 2, 10, 100 }
        from size in new[] { (Batch: 1, Samples: 1), (Batch: 7, Samples: 5), (Batch: 70, Samples: 70) }
        from isKept in new[] { false, true }
        where size.Samples > 1 // so that one is wrong
        select new ContractCase("MarkWrong", $"{classes} classes, {size.Samples} of {size.Batch} samples{(isKept ? ", kept" : "")}", ContractCase.Exact,
            bench => bench.Backend.MarkWrong(
                bench.InputBuffer(size.Batch * classes, i => (i / classes % 5, i % classes) switch
                {
                    (1, 0) => float.NaN,
                    (3, 0) => i % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity,
                    _ => bench.DrawInteger(3) - 1,
                }, size.Samples * classes),
                bench.InputBuffer(size.Batch, _ => bench.DrawInteger(Math.Min(classes, 3)), size.Samples),
                classes,
                bench.OutputBuffer("wrong", size.Batch, written: size.Samples),
                isKept ? bench.OutputBuffer("everWrong", size.Batch, i => i % 4 == 0 ? 1 : 0, size.Samples) : null,
                size.Samples));

    private static Budget InPixels => Budget.Pixels(Epsilon);

    /// <summary>A ball of about the size that the pixels reach, so that some images are projected and some are not.</summary>
    private static Budget InSpace((int Batch, int Samples, int Pixels) size) => new(Norm.Euclidean, 0.5f * MathF.Sqrt(size.Pixels));

    private static void AttackStep(Workbench bench, (int Batch, int Samples, int Pixels) size, Budget budget, bool inPlace)
    {
        var output = bench.OutputBuffer("output", size.Batch * size.Pixels, _ => bench.Draw(0, 1), size.Samples * size.Pixels);
        bench.Backend.AttackStep(inPlace ? output : Pixels(bench, size), Gradient(bench, size), Pixels(bench, size), Steps(bench, size), budget,
            output, size.Samples);
    }

    private static void MomentumAttackStep(Workbench bench, (int Batch, int Samples, int Pixels) size, Budget budget) => bench.Backend.MomentumAttackStep(
        Pixels(bench, size),
        Pixels(bench, size),
        Gradient(bench, size),
        Pixels(bench, size),
        Steps(bench, size),
        0.75f,
        budget,
        bench.OutputBuffer("output", size.Batch * size.Pixels, written: size.Samples * size.Pixels),
        size.Samples);

    /// <summary>All within about ε of one half and of 0 and 1, so that every bound is reached somewhere and not everywhere.</summary>
    private static DeviceBuffer Pixels(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch * size.Pixels, i => Math.Clamp(0.5f * ((i + 1) % 3) + bench.Draw(-0.7 * Epsilon, 0.7 * Epsilon), 0, 1), size.Samples * size.Pixels);

    private static DeviceBuffer Gradient(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch * size.Pixels, i => i / size.Pixels % 2 == 1 && i % 4 == 0 ? 0 : bench.Draw(-1e-3, 1e-3), size.Samples * size.Pixels);

    private static DeviceBuffer Steps(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch, i => bench.Draw(0.1, 0.5) * Epsilon * (i % 2 == 0 ? 1 : 3), size.Samples);
}
