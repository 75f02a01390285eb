using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>How a backend has computed the last passes over a layer, in its own words; null for a pass that there was none of.</summary>
/// <param name="Input">What the layer reads: channels × rows × columns.</param>
public readonly record struct LayerRoutes(string Layer, string Input, string? Forward, string? InputGradient, string? WeightGradient);

/// <summary>
/// A network with its parameters on a device. It has no mode: an ANN, an SNN, or an SNN run with T = 0, in training or evaluation, are
/// <see cref="Plan"/>s of it, which share its parameters.
/// </summary>
public sealed class SpikingModel : IDisposable
{
    /// <summary>Smallest threshold: values below are raised to it before every forward pass (METHODS 1).</summary>
    public const float SmallestThreshold = 0.03f;

    private readonly Connected?[] connections; // by node

    /// <summary>A model whose parameters are: weights and biases 0, BatchNorm the identity, v_th 1, weighted sums 0.5 and 0.5.</summary>
    /// <exception cref="BadInputException">The network is invalid.</exception>
    public SpikingModel(Network network, IBackend backend)
    {
        Network = network;
        Backend = backend;
        Shapes = [.. RobustSnn.Model.Shapes.inferOrFail(network)];
        Parameters = new ParameterSet(network, backend);
        connections = new Connected?[Shapes.Count];
        foreach (var parameter in Parameters.All)
        {
            var kind = parameter.Specification.Kind;
            if (kind.IsScale || kind.IsRunningVariance || kind.IsThreshold)
            {
                backend.Fill(parameter.Value, 1);
            }
            else if (kind.IsCoefficients)
            {
                backend.Fill(parameter.Value, 0.5f);
            }
        }
    }

    public Network Network { get; }

    public IBackend Backend { get; }

    /// <summary>Output shape of each node.</summary>
    public IReadOnlyList<Shape> Shapes { get; }

    public ParameterSet Parameters { get; }

    /// <summary>Floats of one image.</summary>
    public int PixelCount => Network.Input.Count;

    /// <summary>
    /// Draws the weights: convolutions Kaiming normal by fan-out (METHODS 2), linear layers uniform in ±1/√fan-in, PyTorch's default for them.
    /// </summary>
    public void Initialise(ulong seed)
    {
        ulong stream = 0;
        foreach (var parameter in Parameters.All)
        {
            if (!parameter.Specification.Kind.IsWeight)
            {
                continue;
            }

            var dimensions = parameter.Specification.Dimensions.ToArray();
            var isConvolution = dimensions.Length == 4;
            using var draws = Backend.Allocate(parameter.Specification.Count); // of all weights: one's draw does not depend on the pattern
            Backend.RandomFill(draws, draws.Length, isConvolution ? RandomKind.Normal : RandomKind.Uniform, new RandomKey(seed, stream++));
            var values = draws.ToArray();
            var bound = isConvolution
                ? Math.Sqrt(2.0 / (dimensions[0] * dimensions[2] * dimensions[3]))
                : 1 / Math.Sqrt(dimensions[1]);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(isConvolution ? bound * values[i] : bound * (2.0 * values[i] - 1));
            }

            parameter.Value.Upload(parameter.Pattern?.Compact(values) ?? values);
        }

    }

    /// <summary>Of the pruned layers that plans have been compiled for so far: weights that exist, and bytes that inference reads for them.</summary>
    public (long Connections, long Bytes) PrunedMemory
    {
        get
        {
            var (count, bytes) = (0L, 0L);
            foreach (var connected in connections)
            {
                if (connected?.Connection is { Pattern: { } pattern } connection)
                {
                    count += pattern.Count;
                    bytes += connection.InferenceBytes;
                }
            }

            return (count, bytes);
        }
    }

    /// <summary>Of each layer that a plan has been compiled for, the way in which the backend has computed its last passes.</summary>
    public IReadOnlyList<LayerRoutes> Routes =>
    [
        .. from node in Enumerable.Range(0, connections.Length)
           where connections[node] is not null
           let connection = connections[node]!.Connection
           let g = connection.Geometry
           select new LayerRoutes(Network.Nodes[node].Name, $"{g.Inputs}×{g.InputRows}×{g.InputColumns}", connection.RouteOf(LayerPass.Forward),
               connection.RouteOf(LayerPass.InputGradient), connection.RouteOf(LayerPass.WeightGradient)),
    ];

    /// <summary>Which input each weight of a convolution or linear node connects to which output.</summary>
    /// <exception cref="ArgumentException">The node is neither.</exception>
    public ConvolutionGeometry Geometry(int node) => LayerGeometry.Of(Network, Shapes, node);

    public void Dispose()
    {
        foreach (var connection in connections)
        {
            connection?.Connection.Dispose();
        }

        Parameters.Dispose();
    }

    /// <summary>Changes whenever pruning has made another connection.</summary>
    internal int ConnectionsVersion { get; private set; }

    /// <summary>Whether weights were pruned since the last forward pass, so that there is no way back through it.</summary>
    internal bool IsStale => connections.Any(connected => connected is { IsStale: true });

    /// <summary>Whether a node has weights of which some do not exist.</summary>
    internal bool IsPruned(int node) =>
        $"{Network.Nodes[node].Name}.weight" is var name && Parameters.Contains(name) && Parameters[name].Pattern is not null;

    /// <summary>Has the weights of a convolution or linear node in the backend's form from now on, once for all plans.</summary>
    internal void Connect(int node)
    {
        var weight = Parameters[Network.Nodes[node].Name + ".weight"];
        connections[node] ??= new Connected(weight, Backend.Connect(Geometry(node), weight.Effective, weight.Pattern));
    }

    /// <summary>
    /// The weights of a connected node as of the last <see cref="Prepare"/>. Pruning makes another connection: ask at every pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weights were pruned since.</exception>
    internal Connection Connection(int node) => connections[node] is { IsStale: false } connected
        ? connected.Connection
        : throw new InvalidOperationException($"{Network.Nodes[node].Name} was pruned since the last forward pass: run it again");

    /// <summary>Clamps thresholds, masks weights and connects what was pruned. Every forward pass begins with it.</summary>
    internal void Prepare()
    {
        foreach (var parameter in Parameters.Span)
        {
            parameter.Prepare();
        }

        foreach (ref var connected in connections.AsSpan())
        {
            if (connected is { IsStale: true } stale)
            {
                connected = new Connected(stale.Weight, Backend.Connect(stale.Connection.Geometry, stale.Weight.Effective, stale.Weight.Pattern));
                stale.Connection.Dispose();
                ConnectionsVersion++;
            }
        }
    }

    /// <summary>Weights in the backend's form, and whose they are: pruning replaces their buffer.</summary>
    private sealed record Connected(ParameterTensor Weight, Connection Connection)
    {
        public bool IsStale => !ReferenceEquals(Weight.Effective, Connection.Weights);
    }
}
