using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>Brings a layer of neurons to integers, at the scales of the currents that they read.</summary>
internal static class NeuronRounding
{
    /// <param name="ranges">Of the currents, one a channel.</param>
    /// <param name="scales">Likewise.</param>
    /// <exception cref="BadInputException">A threshold would be below 1.</exception>
    public static IntegerNeurons Of(RealNeurons neurons, RealRange[] ranges, double[] scales, Network network, int timesteps)
    {
        var channels = scales.Length;
        var (thresholds, signs, bias) = (new int[channels], new sbyte[channels], new int[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var hears = neurons.Hears(channel, ranges[channel], timesteps);
            var threshold = hears ? neurons.Threshold(channel) : neurons.Thresholds[channel];
            var summand = hears ? neurons.Summand(channel) : neurons.Summands[channel];

            // What hears nothing has a scale of its own.
            var scale = hears ? scales[channel]
                : ChannelScale.PowerOfTwo(ChannelScale.Largest(ChannelScale.Room, threshold + timesteps * Math.Abs(summand)));
            thresholds[channel] = Rounding.Nearest(threshold * scale);
            signs[channel] = (sbyte)(hears ? Math.Sign(neurons.Factors[channel]) : 0);
            bias[channel] = Rounding.Nearest(summand * scale);
            if (thresholds[channel] < 1)
            {
                throw CurrentScales.TooCoarse(network, neurons.Node, channel, threshold * scale, network.Nodes[neurons.Source].Name);
            }
        }

        return new IntegerNeurons(thresholds, signs, bias);
    }
}
