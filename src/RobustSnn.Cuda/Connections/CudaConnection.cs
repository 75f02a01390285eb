using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Products;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>A layer's weights in the forms that its passes read: each is made at the first pass that asks for it.</summary>
internal sealed class CudaConnection : RoutedConnection
{
    private readonly int halves;
    private readonly CudaDevice device;
    private readonly ProductKernels products;
    private ProductWeights? spikeWeights;
    private UnionWeights? unionWeights;

    /// <param name="products">Of tensor cores.</param>
    /// <param name="halves">That these take for a weight.</param>
    /// <param name="pack">Has the card write the weights in an order to an address.</param>
    public CudaConnection(CudaDevice device, ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern,
        ProductKernels products, int halves, Action<CudaConnection, WeightOrder, ulong> pack)
        : base(geometry, weights, pattern)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
        (this.device, this.products, this.halves) = (device, products, halves);
        Lists = pattern is null ? null : new ConnectionLists(device, geometry, pattern);
        ByOutputs = new PackedWeights(device, weights, geometry.WeightCount, address => pack(this, WeightOrder.ByOutputs(geometry), address));
        ByInputs = new PackedWeights(device, weights, geometry.WeightCount, address => pack(this, WeightOrder.ByInputs(geometry), address));
    }

    /// <summary>Of a pruned layer, where its weights are.</summary>
    public ConnectionLists? Lists { get; }

    /// <summary>All weights, by <see cref="WeightOrder.ByOutputs"/>.</summary>
    public PackedWeights ByOutputs { get; }

    /// <summary>All weights, by <see cref="WeightOrder.ByInputs"/>.</summary>
    public PackedWeights ByInputs { get; }

    /// <summary>All weights, in the form that spikes are multiplied with; of a layer without a pattern.</summary>
    public ProductWeights SpikeWeights => spikeWeights ??= new ProductWeights(device, products, Geometry, Weights, halves);

    /// <summary>Existing weights by groups of outputs, in that form.</summary>
    /// <exception cref="InvalidOperationException">The layer has no pattern.</exception>
    public UnionWeights UnionWeights => unionWeights ??= new UnionWeights(
        device, products, Geometry, Weights, Pattern ?? throw new InvalidOperationException("a dense layer has no groups"), halves);

    /// <inheritdoc/>
    public override long InferenceBytes => Taken(LayerPass.Forward)?.Way switch
    {
        null => Lists is null ? base.InferenceBytes : 0,
        Way.SpikeProducts => SpikeWeights.Bytes,
        Way.UnionProducts => UnionWeights.InferenceBytes,
        _ when Lists is null => base.InferenceBytes,
        Way.ByOutputs or Way.SparseProduct => Weights.Bytes + Lists.ForwardBytes,
        _ => ByOutputs.Bytes,
    };

    public override void Dispose()
    {
        Lists?.Dispose();
        spikeWeights?.Dispose();
        unionWeights?.Dispose();
        ByOutputs.Dispose();
        ByInputs.Dispose();
    }
}
