using RobustSnn.Contract.Cases;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract;

/// <summary>
/// The same operations where time goes: on layers of VGG-16 for 32 × 32 images, T = 8, dense and with a tenth and a hundredth of the weights.
/// The reference would take minutes for each, so these are timed and not compared.
/// </summary>
public static class LayerCases
{
    private const float SpikeRate = 0.13f; // the average of the p2 profile

    private static readonly (string Name, ConvolutionGeometry Geometry)[] Geometries =
    [
        ("128×16×16 to 128, kernel 3", ConvolutionGeometry.Convolution(128, 16, 16, 128, 3, 1, 1)),
        ("512×4×4 to 512, kernel 3", ConvolutionGeometry.Convolution(512, 4, 4, 512, 3, 1, 1)),
    ];

    private static readonly (string Name, ConvolutionGeometry Geometry)[] FewWeights =
    [
        ("8×4×4 to 8, kernel 3", ConvolutionGeometry.Convolution(8, 4, 4, 8, 3, 1, 1)),
    ];

    /// <summary>Values of a lane of the largest map here, its border included: what a backend chooses lanes by.</summary>
    public const long LargestMap = 128 * 18 * 18;

    /// <summary>T of all.</summary>
    public const int Timesteps = 8;

    /// <summary>As the CPU lays lanes out.</summary>
    public static IReadOnlyList<ContractCase> All { get; } = [.. Of(Geometries, [new(Timesteps, 16, 16), new(Timesteps, 1, 1, ByImage: true)], ShapeTable.Layers)];

    /// <summary>As another device does.</summary>
    /// <param name="lanes">Of a batch, all of it in use, at <see cref="Timesteps"/>.</param>
    public static IReadOnlyList<ContractCase> On(LaneLayout lanes) => [.. Of(Geometries, [Case(lanes)], ShapeTable.LayersOn(Case(lanes)))];

    /// <summary>The same operations on maps of a few values: a rehearsal, whose times mean nothing.</summary>
    /// <inheritdoc cref="On"/>
    public static IReadOnlyList<ContractCase> Rehearsal(LaneLayout lanes) => [.. Of(FewWeights, [Case(lanes)], ShapeTable.RehearsalOn(Case(lanes)))];

    private static LaneCase Case(LaneLayout lanes) => new(lanes.Steps, lanes.Batch, lanes.Batch) { Chosen = lanes };

    private static IEnumerable<ContractCase> Of((string Name, ConvolutionGeometry Geometry)[] geometries, LaneCase[] lanes, ShapeTable shapes) =>
    [
        .. Convolutions(geometries, lanes),
        .. NormNeuronCases.Over([.. shapes.Temporal]), .. NeuronCases.Over(shapes), .. AdaptiveCases.Over(shapes), .. NeuronMeanCases.Over(shapes),
        .. BatchNormCases.Over(shapes), .. ActivationCases.Over(shapes), .. PoolingCases.Over(shapes),
        .. JoiningCases.Over(shapes), .. ReductionCases.Over(shapes), .. ImageCases.Over(shapes),
    ];

    private static IEnumerable<ContractCase> Convolutions((string Name, ConvolutionGeometry Geometry)[] geometries, LaneCase[] laneCases) =>
        from layer in geometries
        from lanes in laneCases
        from @case in (IEnumerable<ContractCase>)
        [
            .. ConvolutionCases.Operations(layer.Name, layer.Geometry, 1, lanes, flag: false, margin: 0),
            .. SparseConvolutionCases.Operations(layer.Name, layer.Geometry, 0.1, lanes, flag: false, isStatic: false),
            .. SparseConvolutionCases.Operations(layer.Name, layer.Geometry, 0.01, lanes, flag: false, isStatic: false),
            .. ConvolveNeuronCases.Layer(layer.Name, layer.Geometry, lanes, margin: 1, bias: false, 0.1, SpikeRate),
            .. ConvolveNeuronCases.Layer(layer.Name, layer.Geometry, lanes, margin: 1, bias: false, 0.01, SpikeRate).Where(@case => @case.HasWidths),
        ]
        where @case.Operation != "Refresh" // several in one
        select @case;
}
