using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>Figures of an activation as numbers on the host: each waits for the device, so that hot loops keep them there instead.</summary>
public static class DeviceFigures
{
    /// <inheritdoc cref="IReductionOperations.Sum"/>
    public static double Sum(this IBackend backend, Activation values, int samples)
    {
        using var target = backend.Allocate(1, ElementType.Float64);
        backend.Sum(values, target, 0, samples);
        var figure = 0.0;
        target.DownloadAs(new Span<double>(ref figure));
        return figure;
    }

    /// <inheritdoc cref="IReductionOperations.KthSmallest"/>
    public static float KthSmallest(this IBackend backend, Activation values, long k, int samples)
    {
        using var target = backend.Allocate(1);
        backend.KthSmallest(values, k, target, 0, samples);
        return target.ToArray()[0];
    }
}
