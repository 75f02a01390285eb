using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>What is subtracted from the pixels of each channel, so that the zeros of a border mean what they mean in floats: the mean.</summary>
internal static class PixelCentres
{
    /// <exception cref="BadInputException">A mean is no pixel's.</exception>
    public static int[] Of(Network network)
    {
        var normalise = (Operation.Normalise)network.Nodes.Head.Operation;
        var outside = normalise.mean.FirstOrDefault(mean => mean is not (>= 0 and <= 1), 0);
        return outside == 0
            ? [.. normalise.mean.Select(mean => (int)Math.Round(byte.MaxValue * mean, MidpointRounding.AwayFromZero))]
            : throw new BadInputException($"{network.Nodes.Head.Name}: fixed point expects means of pixels from 0 to 1, found {outside}. Evaluate the network in floats");
    }
}
