using System.Globalization;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>Spikes a neuron and step, from 0 to 1, that each layer of a network shall have.</summary>
internal static class SpikeRates
{
    /// <summary>
    /// Rates that fall with depth as in a finetuned network: neuron-weighted they average 13 %. P2's Figure B1 describes an average of 12
    /// to 14 %, uneven over the layers, and gives no numbers: the profile is ours.
    /// </summary>
    public const string Profile = "p2";

    private const double ProfileMean = 0.13;

    /// <summary>Reads R, R,R,…, or <see cref="Profile"/>.</summary>
    /// <param name="neurons">Of each spiking layer, in the order of the network; at least one.</param>
    /// <returns>One rate a layer.</returns>
    /// <exception cref="BadInputException">It is none of these, or has not one rate a layer.</exception>
    public static double[] Parse(string text, IReadOnlyList<int> neurons)
    {
        if (text == Profile)
        {
            return OfProfile(neurons);
        }

        double[] rates = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Rate)];
        if (rates.Length != 1 && rates.Length != neurons.Count)
        {
            throw new BadInputException($"--spike-rate: expected 1 rate, or {neurons.Count}, one for each spiking layer, found {rates.Length}");
        }

        return rates.Length == 1 ? [.. neurons.Select(_ => rates[0])] : rates;
    }

    private static double Rate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate is > 0 and < 1
            ? rate
            : throw new BadInputException(
                $"--spike-rate: expected rates above 0 and below 1 such as 0.13, or {Profile}, found '{text}'{NearestName.Hint(text, [Profile])}");

    /// <summary>25 % in the first layer, falling fast to 3 %, in the last fifth of the layers rising to 5 %; then scaled to the mean.</summary>
    private static double[] OfProfile(IReadOnlyList<int> neurons)
    {
        double[] rates =
        [
            .. Enumerable.Range(0, neurons.Count).Select(layer =>
            {
                double depth = neurons.Count == 1 ? 0 : (double)layer / (neurons.Count - 1);
                return 0.03 + 0.22 * Math.Exp(-7 * depth) + 0.02 * Math.Max(0, (depth - 0.8) / 0.2);
            }),
        ];
        double mean = rates.Zip(neurons, (rate, count) => rate * count).Sum() / neurons.Sum(count => (double)count);
        return [.. rates.Select(rate => rate * ProfileMean / mean)];
    }
}
