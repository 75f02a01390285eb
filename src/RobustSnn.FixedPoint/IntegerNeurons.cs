namespace RobustSnn.FixedPoint;

/// <summary>
/// A layer of neurons in integers. Where it reads current I of channel c, a step is u = decay(u) + sign[c] · I + bias[c]; it fires where
/// u ≥ threshold[c], and then u becomes 0 (hard reset) or u − threshold[c] (soft). All are numbers at the scale of the channel's current.
/// </summary>
/// <param name="Thresholds">One a channel, each above 0.</param>
/// <param name="Signs">
/// 1, 0 or −1 a channel. A BatchNorm between the current and the neuron is here and in the others, because g · I + s ≥ v is I + s / |g| ≥ v / |g| where
/// g is above 0, and of the negative current where it is below.
/// </param>
/// <param name="Bias">One a channel, added at each timestep.</param>
public sealed record IntegerNeurons(int[] Thresholds, sbyte[] Signs, int[] Bias);
