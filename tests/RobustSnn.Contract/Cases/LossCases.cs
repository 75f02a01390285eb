using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Cases;

public static class LossCases
{
    private static readonly (int Classes, int Batch, int Samples)[] Sizes = [(3, 2, 2), (4, 6, 5), (10, 5, 5), (10, 70, 33), (100, 17, 17), (200, 3, 2)];

    /// <summary>Spread of the logits: small, as trained, and beyond what e^x holds in a float.</summary>
    private static readonly double[] Spreads = [0.5, 5, 100];

    public static IEnumerable<ContractCase> All =>
        from loss in Enum.GetValues<LogitLoss>()
        from size in Sizes
        from spread in Spreads
        where size.Classes >= loss.LeastClasses()
        let gradients = size.Batch != 3
        select new ContractCase("LogitLoss",
            $"{loss}, {size.Classes} classes, {size.Samples} of {size.Batch} samples, logits up to {spread}{(gradients ? ", gradients" : "")}",
            ContractCase.Elementwise,
            bench =>
            {
                var used = size.Samples * size.Classes;
                var length = size.Batch * size.Classes;
                DeviceBuffer Logits() => bench.InputBuffer(length, _ => bench.Draw(-spread, spread), used);
                DeviceBuffer Gradient(string name) => bench.OutputBuffer(name, length, written: used);

                bench.Backend.LogitLoss(
                    loss,
                    Logits(),
                    loss.HasReference() ? Logits() : null,
                    bench.InputBuffer(size.Batch, _ => bench.DrawInteger(size.Classes), size.Samples),
                    size.Classes,
                    0.25f,
                    bench.OutputBuffer("losses", size.Batch, written: size.Samples),
                    gradients ? Gradient("gradient") : null,
                    gradients && loss.HasReference() ? Gradient("referenceGradient") : null,
                    size.Samples,
                    loss.HasTarget() ? bench.InputBuffer(size.Batch, _ => bench.DrawInteger(size.Classes), size.Samples) : null);
            });
}
