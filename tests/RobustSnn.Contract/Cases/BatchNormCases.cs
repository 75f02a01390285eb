using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract.Cases;

public static class BatchNormCases
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
    [
        // A mean far from zero: the variance must not be the difference of two large numbers.
        .. from shape in shapes.All
           where shape.ChannelValues > 1
           let mean = shape.Take(30, 0.2)
           select new ContractCase("BatchStatistics", $"{shape}, values round {mean}", ContractCase.Sums, bench =>
               bench.Backend.BatchStatistics(
                   bench.Input(shape.Shape, shape.Samples, () => bench.Draw(mean - 1, mean + 1)),
                   bench.OutputBuffer("mean", shape.Channels),
                   bench.OutputBuffer("variance", shape.Channels),
                   shape.Samples)),

        .. from shape in shapes.All
           let inPlace = shape.Take(true, false)
           select new ContractCase("BatchNorm", $"{shape}{(inPlace ? ", in place" : "")}", ContractCase.Elementwise, bench =>
           {
               var output = bench.Output("output", shape.Shape, shape.Samples);
               bench.Backend.BatchNorm(
                   inPlace ? output : bench.Input(shape.Shape, shape.Samples),
                   bench.InputBuffer(shape.Channels),
                   bench.InputBuffer(shape.Channels),
                   bench.InputBuffer(shape.Channels),
                   Variance(bench, shape),
                   Epsilon,
                   output,
                   shape.Samples);
           }),

        .. from shape in shapes.All
           let target = shape.Take(GradientTargets.All)
           select new ContractCase("BatchNormFixedGradient", $"{shape}{target}", ContractCase.Elementwise, bench =>
           {
               var inputGradient = bench.OutputGradient("inputGradient", shape.Shape, shape.Samples, target);
               bench.Backend.BatchNormFixedGradient(
                   target.InPlace ? inputGradient : bench.InputGradient(shape.Shape, shape.Samples),
                   bench.InputBuffer(shape.Channels),
                   Variance(bench, shape),
                   Epsilon,
                   inputGradient,
                   target.Accumulate,
                   shape.Samples);
           }),

        // The gradient of two values or one is 0: what is left is rounding.
        .. from shape in shapes.All
           where shape.ChannelValues > 2
           let target = shape.Take(GradientTargets.All)
           select new ContractCase("BatchNormGradient", $"{shape}{target}", ContractCase.Sums, bench =>
           {
               var inputGradient = bench.OutputGradient("inputGradient", shape.Shape, shape.Samples, target);
               var input = bench.Input(shape.Shape, shape.Samples);
               var (mean, variance) = Statistics(input, shape.Samples);
               bench.Backend.BatchNormGradient(
                   input,
                   target.InPlace ? inputGradient : bench.InputGradient(shape.Shape, shape.Samples),
                   bench.InputBuffer(shape.Channels),
                   bench.Parameters(mean),
                   bench.Parameters(variance),
                   Epsilon,
                   inputGradient,
                   target.Accumulate,
                   bench.OutputBuffer("scaleGradient", shape.Channels),
                   bench.OutputBuffer("shiftGradient", shape.Channels),
                   shape.Samples);
           }),
    ];

    private static DeviceBuffer Variance(Workbench bench, ShapeCase shape) => bench.InputBuffer(shape.Channels, _ => bench.Draw(0.1, 2));

    private static (float[] Mean, float[] Variance) Statistics(Activation input, int samples)
    {
        var positions = input.Shape.Rows * input.Shape.Columns;
        var channels = input.ToHost(samples)
            .Select((value, i) => (Value: (double)value, Channel: i / positions % input.Shape.Channels))
            .ToLookup(x => x.Channel, x => x.Value);
        var mean = channels.OrderBy(c => c.Key).Select(c => c.Average());
        var variance = channels.OrderBy(c => c.Key).Select(c => c.Average(x => x * x) - c.Average() * c.Average());
        return ([.. mean.Select(x => (float)x)], [.. variance.Select(x => (float)x)]);
    }
}
