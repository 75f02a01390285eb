using RobustSnn.Cuda.Device;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>A layer's weights in the forms that its passes read: each is made at the first pass that asks for it.</summary>
internal sealed class CudaConnection : RoutedConnection
{
    /// <param name="pack">Has the card write the weights in an order to an address.</param>
    public CudaConnection(CudaDevice device, ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern? pattern,
        Action<CudaConnection, WeightOrder, ulong> pack)
        : base(geometry, weights, pattern)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, pattern?.Count ?? geometry.WeightCount);
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

    /// <inheritdoc/>
    public override long InferenceBytes => Lists is null ? base.InferenceBytes : Taken(LayerPass.Forward)?.Way switch
    {
        null => 0,
        Way.ByOutputs => Weights.Bytes + Lists.ForwardBytes,
        _ => ByOutputs.Bytes,
    };

    public override void Dispose()
    {
        Lists?.Dispose();
        ByOutputs.Dispose();
        ByInputs.Dispose();
    }
}
