namespace RobustSnn.Robustness.Energy;

/// <summary>What a device took for a network under steady load.</summary>
/// <param name="Network">Which one, for people.</param>
/// <param name="Timesteps">T; 0 for the ANN.</param>
/// <param name="ImagesPerSecond">Over all repeats.</param>
/// <param name="Watts">Mean power over all repeats, that of the idle device included.</param>
/// <param name="Repeats">Joules an image, of each repeat: what the idle device would have taken meanwhile is subtracted.</param>
public sealed record LoadEnergy(string Network, int Timesteps, double ImagesPerSecond, double Watts, IReadOnlyList<double> Repeats)
{
    /// <summary>Joules an image.</summary>
    public double Joules => Repeats.Average();

    /// <summary>Standard deviation of the repeats; NaN of one.</summary>
    public double Deviation => Math.Sqrt(Repeats.Sum(each => (each - Joules) * (each - Joules)) / (Repeats.Count - 1));
}

/// <summary>What a device took for networks, measured and not estimated.</summary>
/// <param name="Device">Which, as its backend names it.</param>
/// <param name="Batch">Images handed over at a time; their way to the device and the logits' way back are part of the load.</param>
/// <param name="IdleWatts">Power of the device with nothing to do.</param>
/// <param name="Networks">The spiking network first; its dense twin where it is pruned; both as ANNs.</param>
public sealed record MeasuredEnergy(string Device, int Batch, double IdleWatts, IReadOnlyList<LoadEnergy> Networks);
