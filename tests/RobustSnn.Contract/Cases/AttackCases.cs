using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Cases;

/// <summary>Steps on pixels; every other image's gradient is partly 0, and every other step is longer than the ball.</summary>
public static class AttackCases
{
    private const float Epsilon = 8f / 255;

    private static readonly (int Batch, int Samples, int Pixels)[] Sizes = [(1, 1, 1), (5, 5, 12), (17, 17, 3 * 8 * 8), (33, 20, 3 * 7 * 5), (9, 7, 3 * 32 * 32)];

    public static IEnumerable<ContractCase> All =>
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
            new ContractCase("NormalisedAttackStep", description, ContractCase.Elementwise, bench => NormalisedAttackStep(bench, size, inPlace: false)),
            new ContractCase("NormalisedAttackStep", $"{description}, in place", ContractCase.Elementwise, bench => NormalisedAttackStep(bench, size, inPlace: true)),
            new ContractCase("StretchDraws", description, ContractCase.Elementwise, bench => bench.Backend.StretchDraws(
                bench.OutputBuffer("draws", size.Batch * size.Pixels, i => i / size.Pixels % 4 == 3 ? 0.5f : bench.Draw(0, 1), size.Samples * size.Pixels),
                bench.InputBuffer(size.Batch, used: size.Samples),
                Epsilon,
                size.Samples)),
            new ContractCase("BallDistances", description, ContractCase.Elementwise, bench => bench.Backend.BallDistances(
                bench.InputBuffer(size.Batch, i => i % 4 == 3 ? 0 : bench.Draw(0, 1), size.Samples),
                Epsilon,
                size.Pixels,
                bench.OutputBuffer("distances", size.Batch, written: size.Samples),
                size.Samples)),
        }
        select @case;

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
        bench.InputBuffer(size.Batch, i => i % 3 == 0 ? 1 : 0.75f, size.Samples),
        budget,
        bench.OutputBuffer("output", size.Batch * size.Pixels, written: size.Samples * size.Pixels),
        size.Samples);

    /// <summary>Of every four images the gradient of one is 0 everywhere, and that of another holds what is no number.</summary>
    private static void NormalisedAttackStep(Workbench bench, (int Batch, int Samples, int Pixels) size, bool inPlace)
    {
        var output = bench.OutputBuffer("output", size.Batch * size.Pixels, _ => bench.Draw(0, 1), size.Samples * size.Pixels);
        bench.Backend.NormalisedAttackStep(
            inPlace ? output : Pixels(bench, size),
            bench.InputBuffer(size.Batch * size.Pixels, i => (i / size.Pixels % 4, i % size.Pixels) switch
            {
                (2, _) => 0,
                (3, 0) => float.NaN,
                _ => bench.Draw(-1e-3, 1e-3),
            }, size.Samples * size.Pixels),
            Pixels(bench, size),
            Steps(bench, size),
            bench.OutputBuffer("mean", size.Batch * size.Pixels, _ => bench.Draw(-2, 2), size.Samples * size.Pixels),
            bench.OutputBuffer("square", size.Batch * size.Pixels, _ => bench.Draw(0, 5), size.Samples * size.Pixels),
            Epsilon,
            output,
            size.Samples);
    }

    /// <summary>All within about ε of one half and of 0 and 1, so that every bound is reached somewhere and not everywhere.</summary>
    private static DeviceBuffer Pixels(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch * size.Pixels, i => Math.Clamp(0.5f * ((i + 1) % 3) + bench.Draw(-0.7 * Epsilon, 0.7 * Epsilon), 0, 1), size.Samples * size.Pixels);

    private static DeviceBuffer Gradient(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch * size.Pixels, i => i / size.Pixels % 2 == 1 && i % 4 == 0 ? 0 : bench.Draw(-1e-3, 1e-3), size.Samples * size.Pixels);

    private static DeviceBuffer Steps(Workbench bench, (int Batch, int Samples, int Pixels) size) =>
        bench.InputBuffer(size.Batch, i => bench.Draw(0.1, 0.5) * Epsilon * (i % 2 == 0 ? 1 : 3), size.Samples);
}
