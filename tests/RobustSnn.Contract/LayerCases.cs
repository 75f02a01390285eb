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

    private static readonly LaneCase[] Lanes = [new(8, 16, 16), new(8, 1, 1, ByImage: true)];

    private static readonly (string Name, ConvolutionGeometry Geometry)[] Geometries =
    [
        ("128×16×16 to 128, kernel 3", ConvolutionGeometry.Convolution(128, 16, 16, 128, 3, 1, 1)),
        ("512×4×4 to 512, kernel 3", ConvolutionGeometry.Convolution(512, 4, 4, 512, 3, 1, 1)),
    ];

    public static IReadOnlyList<ContractCase> All { get; } =
    [
        .. Convolutions,
        .. NormNeuronCases.Over([.. ShapeTable.Layers.Temporal]), .. NeuronCases.Over(ShapeTable.Layers), .. AdaptiveCases.Over(ShapeTable.Layers),
        .. NeuronMeanCases.Over(ShapeTable.Layers),
        .. BatchNormCases.Over(ShapeTable.Layers), .. ActivationCases.Over(ShapeTable.Layers), .. PoolingCases.Over(ShapeTable.Layers),
        .. JoiningCases.Over(ShapeTable.Layers), .. ReductionCases.Over(ShapeTable.Layers), .. ImageCases.Over(ShapeTable.Layers),
    ];

    private static IEnumerable<ContractCase> Convolutions =>
        from layer in Geometries
        from lanes in Lanes
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
