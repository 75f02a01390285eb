namespace RobustSnn.Contract.Cases;

/// <summary>The learned weighted sum of shortcut and residual, either of which may be static.</summary>
public static class JoiningCases
{
    public static IEnumerable<ContractCase> Over(ShapeTable shapes) => [.. Sums(shapes), .. Gradients(shapes), .. CoefficientGradients(shapes)];

    private static IEnumerable<ContractCase> Sums(ShapeTable shapes) =>
        from shape in shapes.All
        let form = shape.Take<(bool First, bool Second)>((false, false), (true, false), (false, true))
        select new ContractCase("WeightedSum", $"{shape}{(form.First ? ", first static" : "")}{(form.Second ? ", second static" : "")}",
            ContractCase.Elementwise, bench => bench.Backend.WeightedSum(
                bench.Input(form.First ? shape.Static : shape.Shape, shape.Samples),
                bench.Input(form.Second ? shape.Static : shape.Shape, shape.Samples),
                bench.Parameters(0.7f, -0.4f),
                bench.Output("output", shape.Shape, shape.Samples),
                shape.Samples));

    private static IEnumerable<ContractCase> Gradients(ShapeTable shapes) =>
        from shape in shapes.All
        from isStatic in new[] { false, true }
        let index = shape.Take(0, 1)
        let target = shape.Take(isStatic && shape.Lanes.Timesteps > 1 ? GradientTargets.Apart : GradientTargets.All)
        select new ContractCase("WeightedSumGradient", $"{shape}, input {index}{(isStatic ? ", static" : "")}{target}", ContractCase.Elementwise, bench =>
        {
            var inputGradient = bench.OutputGradient("inputGradient", isStatic ? shape.Static : shape.Shape, shape.Samples, target);
            bench.Backend.WeightedSumGradient(
                target.InPlace ? inputGradient : bench.InputGradient(shape.Shape, shape.Samples),
                bench.Parameters(0.7f, -0.4f),
                index,
                inputGradient,
                target.Accumulate,
                shape.Samples);
        });

    private static IEnumerable<ContractCase> CoefficientGradients(ShapeTable shapes) =>
        from shape in shapes.All
        let isStatic = shape.Take(false, true, true)
        let index = shape.Take(0, 1)
        select new ContractCase("WeightedSumCoefficientGradient", $"{shape}, input {index}{(isStatic ? ", static" : "")}", ContractCase.Sums, bench =>
            bench.Backend.WeightedSumCoefficientGradient(
                bench.Input(isStatic ? shape.Static : shape.Shape, shape.Samples),
                bench.InputGradient(shape.Shape, shape.Samples),
                bench.OutputBuffer("coefficientGradient", 2),
                index,
                shape.Samples));
}
