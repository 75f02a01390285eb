using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>The scales of a node's currents, channel by channel: as fine as they may be, and so that what the neurons behind them add up fits.</summary>
/// <param name="name">Of the node.</param>
/// <param name="ranges">Of its currents, one a channel.</param>
/// <param name="readers">The neurons that read them.</param>
internal sealed class CurrentScales(string name, RealRange[] ranges, RealNeurons[] readers, Network network, int timesteps)
{
    /// <summary>The largest number, its sign left out, that comes of a channel's currents: a current, a threshold or a membrane.</summary>
    public double Reach(int channel) =>
        Hearing(channel).Select(neurons => neurons.Reach(channel, ranges[channel], timesteps, network.Neurons.Reset.IsHard))
            .Append(ranges[channel].Magnitude).Max();

    /// <summary>
    /// The scale of a channel, <paramref name="most"/> or below: one at which the threshold is whole, where one layer of neurons hears the channel,
    /// else a power of two.
    /// </summary>
    /// <exception cref="BadInputException">A threshold would be below 1.</exception>
    public double Choose(int channel, double most)
    {
        most = Math.Min(most, ChannelScale.Largest(ChannelScale.Room, Reach(channel)));
        if (Hearing(channel) is not [var neurons])
        {
            return ChannelScale.PowerOfTwo(most);
        }

        var threshold = neurons.Threshold(channel);
        var scale = ChannelScale.Whole(most, threshold);
        return scale > 0 ? scale : throw TooCoarse(network, neurons.Node, channel, most * threshold, name);
    }

    public static BadInputException TooCoarse(Network network, int neurons, int channel, double threshold, string source) => new(
        $"{network.Nodes[neurons].Name}: the threshold of channel {channel} is {threshold.ToString("G3", CultureInfo.InvariantCulture)} units of the currents "
        + $"of {source}, expected at least 1: these bits are too few for it. Give {source} more bits");

    private RealNeurons[] Hearing(int channel) => Array.FindAll(readers, neurons => neurons.Hears(channel, ranges[channel], timesteps));
}
