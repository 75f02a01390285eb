namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>A network in integers, and what bringing it there has cost.</summary>
/// <param name="Layers">Convolutions and linear layers, in the order of the network.</param>
/// <param name="Others">Sums and layers of neurons, likewise.</param>
public sealed record QuantisedNetwork(FixedPointNetwork Network, IReadOnlyList<QuantisedLayer> Layers, IReadOnlyList<WideNode> Others);

/// <summary>A layer in integers.</summary>
/// <param name="Bits">Of its weights.</param>
/// <param name="Connections">Weights that exist.</param>
/// <param name="Channels">Of its currents.</param>
/// <param name="WideChannels">Those whose currents may leave 16 bits.</param>
/// <param name="NearestError">
/// Of the currents, where every weight and bias is rounded to the nearest: the root of their mean squared error over that of their mean square, on the
/// calibration images; null without any.
/// </param>
/// <param name="Error">The same as the weights are.</param>
public sealed record QuantisedLayer(
    string Name, int Bits, int Connections, int Channels, int WideChannels, double? NearestError, double? Error);

/// <summary>A sum or a layer of neurons.</summary>
/// <param name="WideChannels">Those whose sums or membranes may leave 16 bits.</param>
public sealed record WideNode(string Name, int Channels, int WideChannels);
