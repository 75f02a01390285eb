using RobustSnn.Engine.Randomness;

namespace RobustSnn.Contract.Cases;

/// <summary>ReLU and dropout.</summary>
public static class ActivationCases
{
    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
    [
        .. from shape in shapes.All
           let inPlace = shape.Take(true, false)
           select new ContractCase("Relu", $"{shape}{(inPlace ? ", in place" : "")}", ContractCase.Exact, bench =>
           {
               var output = bench.Output("output", shape.Shape, shape.Samples);
               bench.Backend.Relu(inPlace ? output : bench.Input(shape.Shape, shape.Samples), output, shape.Samples);
           }),

        .. from shape in shapes.All
           let target = shape.Take(GradientTargets.All)
           select new ContractCase("ReluGradient", $"{shape}{target}", ContractCase.Exact, bench =>
           {
               var inputGradient = bench.OutputGradient("inputGradient", shape.Shape, shape.Samples, target);
               bench.Backend.ReluGradient(
                   // About half of them exactly 0, as behind a ReLU.
                   bench.Input(shape.Shape, shape.Samples, () => Math.Max(0, bench.Draw(-1, 1.5))),
                   target.InPlace ? inputGradient : bench.InputGradient(shape.Shape, shape.Samples),
                   inputGradient,
                   target.Accumulate,
                   shape.Samples);
           }),

        .. from shape in shapes.All
           where shape.ChannelValues > 1
           let rate = shape.Take(0.2f, 0.5f)
           from isGradient in new[] { false, true }
           select new ContractCase("Dropout", $"{shape}, rate {rate}{(isGradient ? ", of a gradient" : "")}", ContractCase.Elementwise, bench =>
               bench.Backend.Dropout(
                   isGradient
                       ? bench.OutputGradient("values", shape.Shape, shape.Samples, new GradientTarget(Accumulate: false, InPlace: true))
                       : bench.Output("values", shape.Shape, shape.Samples),
                   rate,
                   new RandomKey(42, (ulong)shape.Channels),
                   bench.Numbers(shape.Lanes.Batch),
                   shape.Samples)),
    ];
}
