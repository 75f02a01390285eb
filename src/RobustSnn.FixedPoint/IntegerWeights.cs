using RobustSnn.Engine.Layout;

namespace RobustSnn.FixedPoint;

/// <summary>
/// A convolution or linear layer in integers. The current of output channel c is Σ weight · input + bias[c], a whole number, and stands for that
/// number times 2^−exponent[c]. Inputs are spikes (0 or 1), counts of spikes in a window, or pixels less the channel's centre.
/// </summary>
/// <remarks>
/// Where neurons read the current, only its ratio to their threshold counts: there it stands for the current of a network whose channel, threshold
/// included, is larger by one factor below 2, so that the threshold is a whole number. Class scores are always exactly at 2^−exponent.
/// </remarks>
/// <param name="Pattern">Which weights exist; null where all do.</param>
/// <param name="Values">The existing weights, in the order of the pattern: (outputs, inputs, kernel rows, kernel columns).</param>
/// <param name="Bits">Width of the weights: each is from −(2^(Bits − 1) − 1) to 2^(Bits − 1) − 1.</param>
/// <param name="Bias">A number an output channel, at the scale of its current.</param>
/// <param name="Exponents">Of the currents, one an output channel.</param>
public sealed record IntegerWeights(SparsityPattern? Pattern, short[] Values, int Bits, int[] Bias, int[] Exponents)
{
    /// <summary>Bits that weights may have.</summary>
    public const int FewestBits = 2;

    /// <inheritdoc cref="FewestBits"/>
    public const int MostBits = 16;

    /// <summary>The largest weight of so many bits; the smallest is its negative.</summary>
    public static int Largest(int bits) => (1 << (bits - 1)) - 1;
}
