namespace RobustSnn.Engine.Operations;

/// <summary>What a device took while something ran.</summary>
/// <param name="Joules">Of the whole device, whoever uses it.</param>
/// <param name="Time">How long it ran.</param>
public readonly record struct DeviceEnergy(double Joules, TimeSpan Time)
{
    public double Watts => Joules / Time.TotalSeconds;
}

/// <summary>A backend whose device counts the energy that it takes.</summary>
public interface IMeasuresEnergy
{
    /// <summary>Why the device's counter cannot be read on this machine, or no longer can, in a sentence; null where it can.</summary>
    string? WhyNoEnergy { get; }

    /// <summary>Runs something to the end of all that it calls, and says what the device took meanwhile.</summary>
    /// <param name="work">Takes seconds: counters go in steps of some tens of milliseconds.</param>
    /// <exception cref="InvalidOperationException">There is a reason why not, or the counter failed on the way, and there is one now.</exception>
    DeviceEnergy MeasureEnergy(Action work);
}
