using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Routing;

/// <summary>What computes a pass over a layer.</summary>
internal enum Way
{
    /// <summary>All weights: products of cuBLAS. Those that do not exist are 0.</summary>
    Products,

    /// <summary>The same for the gradient of inputs, where they are gathered a kernel's row at a time.</summary>
    GatheredProducts,

    /// <summary>The same, where each output adds to what it has read, tap by tap.</summary>
    ScatteredProducts,

    /// <summary>All weights, with the neurons: tensor cores, spikes as halves, weights as one or two (convolveNeuronProducts).</summary>
    SpikeProducts,

    /// <summary>The same for groups of outputs, each with the inputs that one of them is connected to (convolveNeuronUnions).</summary>
    UnionProducts,

    /// <summary>The connections of each output, by cuSPARSE: a linear layer.</summary>
    SparseProduct,

    /// <summary>The connections of each output: <c>sparseGather</c>, <c>sparseNeuron</c> with neurons, <c>sparseWeightGradient</c>.</summary>
    ByOutputs,

    /// <summary>The connections of each input: <c>sparseGather</c> over the output's gradient.</summary>
    ByInputs,

    /// <summary>The connections of each input and tap: <c>sparseStridedGradient</c>.</summary>
    ByTaps,
}

/// <summary>The way that a pass over a layer has taken.</summary>
/// <param name="IsBits">Whether its input is bits.</param>
/// <param name="Fires">Whether its neurons were part of it.</param>
internal readonly record struct Route(Way Way, bool IsBits, bool Fires = false)
{
    /// <summary>For people, e.g. "by outputs, bits as they lie, with neurons".</summary>
    public override string ToString() => $"{Name}, {Read}{(Fires ? ", with neurons" : "")}";

    private bool IsProducts => Way is Way.Products or Way.GatheredProducts or Way.ScatteredProducts;

    private string Name => Way switch
    {
        Way.Products => "products of cuBLAS",
        Way.GatheredProducts => "products of cuBLAS, gathered",
        Way.ScatteredProducts => "products of cuBLAS, scattered",
        Way.SpikeProducts => "products on tensor cores",
        Way.UnionProducts => "products on tensor cores, the union of 16 outputs' inputs",
        Way.SparseProduct => "product of cuSPARSE, 32-bit floats",
        Way.ByOutputs => "by outputs",
        Way.ByInputs => "by inputs",
        Way.ByTaps => "by inputs and taps",
        _ => throw new InvalidOperationException($"{Way} has no name"),
    };

    private string Read => IsBits ? IsProducts ? "bits unpacked" : "bits as they lie" : "floats as they lie";
}

/// <summary>A layer on a card, which remembers the way that each pass over it took last.</summary>
internal abstract class RoutedConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern)
    : Connection(geometry, weights, pattern)
{
    private readonly Route?[] taken = new Route?[Enum.GetValues<LayerPass>().Length];

    /// <inheritdoc/>
    public override string? RouteOf(LayerPass pass) => taken[(int)pass]?.ToString();

    /// <summary>The same with its parts.</summary>
    public Route? Taken(LayerPass pass) => taken[(int)pass];

    /// <summary>Called by whoever has just run a pass, with what it ran.</summary>
    public void Take(LayerPass pass, Route route) => taken[(int)pass] = route;
}
