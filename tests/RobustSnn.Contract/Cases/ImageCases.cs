namespace RobustSnn.Contract.Cases;

public static class ImageCases
{
    public static IEnumerable<ContractCase> Over(ShapeTable shapes) =>
        from shape in shapes.All
        let pixels = shape.Lanes.Batch * shape.Shape.Count
        let used = shape.Samples * shape.Shape.Count
        from @case in new[]
        {
            new ContractCase("Normalise", $"{shape}", ContractCase.Elementwise, bench => bench.Backend.Normalise(
                bench.InputBuffer(pixels, _ => bench.Draw(0, 1), used),
                bench.InputBuffer(shape.Channels, _ => bench.Draw(0.3, 0.6)),
                bench.InputBuffer(shape.Channels, _ => bench.Draw(0.2, 0.5)),
                bench.Output("output", shape.Static, shape.Samples),
                shape.Samples)),

            new ContractCase("NormaliseGradient", $"{shape}", ContractCase.Elementwise, bench => bench.Backend.NormaliseGradient(
                bench.InputGradient(shape.Static, shape.Samples),
                bench.InputBuffer(shape.Channels, _ => bench.Draw(0.2, 0.5)),
                bench.OutputBuffer("pixelGradient", pixels, written: used),
                shape.Samples)),
        }
        select @case;
}
