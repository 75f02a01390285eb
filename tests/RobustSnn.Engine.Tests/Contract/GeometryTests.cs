using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>Layers of any geometry, dense and pruned: every pass over them gives what the reference gives, with every width of vectors.</summary>
public static class GeometryTests
{
    private const long MostWork = 3_000_000; // multiplications of a pass that the reference does one by one

    [FsCheck.NUnit.Property(MaxTest = 40, Arbitrary = [typeof(GeometryTests)])]
    public static void Every_pass_agrees_with_the_reference(AnyLayer layer)
    {
        var cases = ConvolutionCases.Operations(layer.Name, layer.Geometry, layer.Density, layer.Lanes, layer.Flag, layer.Margin)
            .Concat(SparseConvolutionCases.Operations(layer.Name, layer.Geometry, layer.Density, layer.Lanes, layer.Flag, layer.IsStatic))
            .Concat(layer.Lanes.Timesteps == 0 ? [] : ConvolveNeuronCases.Layer(layer.Name, layer.Geometry, layer.Lanes, layer.Margin, layer.Flag));
        foreach (var @case in cases)
            foreach (var backend in ContractBackends.Fast(@case))
                Assert.That(Agreement.Differences(backend, @case), Is.Empty, $"{@case} on {backend}");
    }

    [OneTimeTearDown]
    public static void DisposeBackends() => ContractBackends.DisposeIdle();

    public static Arbitrary<AnyLayer> Layers() => Arb.From(Layer.Where(layer => layer.Work <= MostWork), Smaller);

    private static Gen<AnyLayer> Layer =>
        from kernel in Gen.Choose(1, 7)
        from stride in Gen.Choose(1, 3)
        from padding in Gen.Choose(0, kernel)
        from rows in Gen.Choose(Math.Max(1, kernel - 2 * padding), 12)
        from columns in Gen.Choose(Math.Max(1, kernel - 2 * padding), 12)
        from inputs in Gen.Choose(1, 70)
        from outputs in Gen.Choose(1, 70)
        from lanes in Lanes
        from density in Gen.Elements(1, 0.3, 0.1, 0.02)
        from flag in Gen.Elements(true, false)
        from isStatic in Gen.Frequency((1, Gen.Constant(true)), (4, Gen.Constant(false)))
        from margin in Gen.Choose(0, 1)
        select new AnyLayer(ConvolutionGeometry.Convolution(inputs, rows, columns, outputs, kernel, stride, padding), lanes, density, flag, isStatic,
            margin);

    /// <summary>One image, a few, some vectors' worth, and images that have blocks of their own; the ANN, and up to several words of timesteps.</summary>
    private static Gen<LaneCase> Lanes =>
        from timesteps in Gen.Frequency((1, Gen.Constant(0)), (4, Gen.Choose(1, 12)), (1, Gen.Choose(13, 70)))
        from batch in Gen.Frequency((2, Gen.Constant(1)), (2, Gen.Choose(2, 8)), (1, Gen.Choose(9, 40)))
        from samples in Gen.Choose(1, batch)
        from byImage in Gen.Elements(true, false)
        select new LaneCase(timesteps, batch, samples, byImage && timesteps > 0);

    /// <summary>What is left of a layer that disagrees when one thing of it becomes simple.</summary>
    private static IEnumerable<AnyLayer> Smaller(AnyLayer layer)
    {
        var g = layer.Geometry;
        if (g.Inputs > 1)
            yield return layer with { Geometry = g with { Inputs = g.Inputs / 2 } };
        if (g.Outputs > 1)
            yield return layer with { Geometry = g with { Outputs = g.Outputs / 2 } };
        if (layer.Lanes.Batch > 1)
            yield return layer with { Lanes = layer.Lanes with { Batch = 1, Samples = 1 } };
        if (layer.Lanes.Timesteps > 1)
            yield return layer with { Lanes = layer.Lanes with { Timesteps = layer.Lanes.Timesteps / 2 } };
        if (layer.Margin > 0)
            yield return layer with { Margin = 0 };
    }

    /// <summary>A layer, and how it is computed.</summary>
    /// <param name="Density">Share of the weights that exist.</param>
    /// <param name="Flag">Whether there is a bias, or gradients are added to what is there.</param>
    /// <param name="Margin">Border of the activations that nobody reads.</param>
    public sealed record AnyLayer(ConvolutionGeometry Geometry, LaneCase Lanes, double Density, bool Flag, bool IsStatic, int Margin)
    {
        public string Name =>
            $"{Geometry.Inputs}×{Geometry.InputRows}×{Geometry.InputColumns} to {Geometry.Outputs}, kernel {Geometry.KernelRows}, stride {Geometry.StrideRows}, padding {Geometry.Padding}";

        public long Work => (long)Geometry.WeightCount * Math.Max(Geometry.OutputRows * Geometry.OutputColumns, Geometry.InputRows * Geometry.InputColumns)
            * Math.Max(1, Lanes.Timesteps) * Lanes.Samples;
    }
}
