namespace RobustSnn.Engine.Operations;

/// <summary>What went between host and device.</summary>
/// <param name="Uploads">Copies to the device: each is a call that the host makes, and a wait of the device for the bus.</param>
/// <param name="Uploaded">Their bytes.</param>
/// <param name="Downloads">Copies from the device: at each the host waits for all that was called before.</param>
/// <param name="Downloaded">Their bytes.</param>
public readonly record struct DeviceTraffic(long Uploads, long Uploaded, long Downloads, long Downloaded)
{
    /// <summary>What went since an earlier reading.</summary>
    public static DeviceTraffic operator -(DeviceTraffic now, DeviceTraffic before) => new(
        now.Uploads - before.Uploads, now.Uploaded - before.Uploaded, now.Downloads - before.Downloads, now.Downloaded - before.Downloaded);
}
