namespace RobustSnn.Robustness.Energy;

/// <summary>How long a device is watched.</summary>
/// <param name="Idle">While it has nothing to do: what it takes then is not the network's.</param>
/// <param name="WarmUp">Under load, before what counts: clocks rise, and the runtime compiles what runs often a second time.</param>
/// <param name="Load">Under load, each repeat at least: long beside the steps of some tens of milliseconds in which devices count.</param>
/// <param name="Repeats">Whose spread says how far the mean can be trusted.</param>
public sealed record MeasuringTimes(TimeSpan Idle, TimeSpan WarmUp, TimeSpan Load, int Repeats)
{
    /// <summary>Those of results.</summary>
    public static MeasuringTimes Usual { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), Repeats: 5);
}
