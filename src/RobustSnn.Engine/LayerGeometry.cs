using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>Which inputs the weights of a network's layers read.</summary>
public static class LayerGeometry
{
    /// <summary>Of a convolution or linear node.</summary>
    /// <param name="shapes">Output shape of each node.</param>
    /// <exception cref="ArgumentException">The node is neither.</exception>
    public static ConvolutionGeometry Of(Network network, IReadOnlyList<Shape> shapes, int node)
    {
        var map = shapes[network.Nodes[node].Inputs.Head];
        return network.Nodes[node].Operation switch
        {
            Operation.Convolution { Item: var its } => ConvolutionGeometry.Convolution(
                map.Channels, map.Rows, map.Columns, its.Outputs, its.Kernel, its.Stride, its.Padding),
            Operation.Linear its => ConvolutionGeometry.Linear(map.Channels, map.Rows, map.Columns, its.outputs),
            var other => throw new ArgumentException($"{other} connects nothing", nameof(node)),
        };
    }
}
