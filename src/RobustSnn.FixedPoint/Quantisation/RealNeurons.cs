using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>
/// A layer of neurons of a folded network as the currents see it: channel c adds factor[c] · I + summand[c] to its membrane at each timestep, and fires
/// from threshold[c] on.
/// </summary>
/// <param name="Source">The node whose currents they read, be it through a BatchNorm.</param>
internal sealed record RealNeurons(int Node, int Source, double[] Thresholds, double[] Factors, double[] Summands)
{
    // What moves a membrane by less than a millionth of the threshold in all timesteps together is less than what 16 bits round away.
    private const double Audible = 1.0 / (1 << 20);

    public static RealNeurons Of(SpikingModel folded, int node)
    {
        var nodes = folded.Network.Nodes;
        var channels = folded.Shapes[node].Channels;
        (double[] Factors, double[] Summands) line = ([.. Enumerable.Repeat(1.0, channels)], new double[channels]);
        var source = nodes[node].Inputs.Head;
        for (; nodes[source].Operation is { IsBatchNorm: true } or Operation.Dropout; source = nodes[source].Inputs.Head)
        {
            if (nodes[source].Operation.IsBatchNorm) // the only one: NodeValues refuses more
            {
                line = NormFolding.Line(folded.Parameters, nodes[source].Name);
            }
        }

        var thresholds = folded.Parameters[nodes[node].Name + ".v_th"].Value.ToArray();
        return new RealNeurons(node, source,
            [.. Enumerable.Range(0, channels).Select(channel => (double)Math.Max(thresholds[thresholds.Length == 1 ? 0 : channel], SpikingModel.SmallestThreshold))],
            line.Factors, line.Summands);
    }

    /// <summary>Whether the currents matter to the neurons of a channel.</summary>
    public bool Hears(int channel, RealRange currents, int timesteps) =>
        Math.Abs(Factors[channel]) * timesteps * currents.Magnitude >= Audible * Thresholds[channel];

    /// <summary>The threshold of a channel that hears its currents, at their scale.</summary>
    public double Threshold(int channel) => Thresholds[channel] / Math.Abs(Factors[channel]);

    /// <summary>What is added to the membrane at each timestep beside the current, likewise.</summary>
    public double Summand(int channel) => Summands[channel] / Math.Abs(Factors[channel]);

    /// <summary>The largest number, its sign left out, that the neurons of a channel deal with: threshold, summand or membrane, at the scale of its currents.</summary>
    public double Reach(int channel, RealRange currents, int timesteps, bool isHard)
    {
        var summand = Summand(channel);
        var step = Math.Sign(Factors[channel]) * currents + new RealRange(summand, summand);
        var above = isHard ? Threshold(channel) + Math.Max(step.High, 0) : timesteps * Math.Max(step.High, 0);
        return Math.Max(Math.Max(Threshold(channel), Math.Abs(summand)), Math.Max(above, -timesteps * Math.Min(step.Low, 0)));
    }
}
