using System.Diagnostics;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Energy;

/// <summary>
/// Measures what a device takes for a network's images: under steady load, by the device's own counter, what it takes with nothing to do subtracted.
/// The network as it is, the same with nothing pruned, and both as ANNs.
/// </summary>
/// <param name="times">How long to look.</param>
public sealed class EnergyMeter(MeasuringTimes times)
{
    /// <summary>Why a backend's energy cannot be measured, in a sentence; null where it can.</summary>
    public static string? WhyNot(IBackend backend) => backend is IMeasuresEnergy measuring
        ? measuring.WhyNoEnergy
        : $"{backend.Name}: this backend does not read what its device takes";

    /// <summary>Measures frozen networks on a batch of images, which they compute again and again.</summary>
    /// <param name="model">A spiking network, pruned or not. Stays as it is.</param>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <param name="timesteps">T of the spiking network.</param>
    /// <param name="progress">Told what is being measured.</param>
    /// <exception cref="BadInputException">The backend's energy cannot be measured (<see cref="WhyNot"/>), or no longer can, or the networks do not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two passes.</exception>
    public MeasuredEnergy Measure(
        SpikingModel model, float[] images, int timesteps, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        if (WhyNot(model.Backend) is { } reason)
        {
            throw new BadInputException(reason);
        }

        var device = (IMeasuresEnergy)model.Backend;
        try
        {
            return Measure(device, model, images, timesteps, progress, cancellation);
        }
        catch (InvalidOperationException failure) when (device.WhyNoEnergy is { } end)
        {
            throw new BadInputException(end, failure);
        }
    }

    private MeasuredEnergy Measure(
        IMeasuresEnergy device, SpikingModel model, float[] images, int timesteps, Action<string>? progress, CancellationToken cancellation)
    {
        progress?.Invoke("idle");
        var idle = device.MeasureEnergy(() => Wait(cancellation)).Watts;
        var networks = new List<LoadEnergy>();
        Add(model, "as it is");
        if (model.Parameters.All.Any(parameter => parameter.Pattern is not null))
        {
            using var dense = Dense(model);
            Add(dense, "with nothing pruned");
        }

        return new MeasuredEnergy(model.Backend.Name, images.Length / model.PixelCount, idle, networks);

        void Add(SpikingModel network, string how)
        {
            foreach (var (steps, kind) in new[] { (timesteps, "SNN"), (0, "ANN") })
            {
                progress?.Invoke($"{kind} {how}");
                networks.Add(Load(device, network, images, steps, $"{kind} {how}", idle, cancellation));
            }
        }
    }

    private LoadEnergy Load(
        IMeasuresEnergy device, SpikingModel model, float[] images, int timesteps, string name, double idle, CancellationToken cancellation)
    {
        var batch = images.Length / model.PixelCount;
        using var network = new FrozenNetwork(model, batch, timesteps);
        var logits = new float[batch * network.Classes];
        _ = Run(times.WarmUp);
        var repeats = new double[times.Repeats];
        var (passes, joules, seconds) = (0L, 0.0, 0.0);
        for (var i = 0; i < repeats.Length; i++)
        {
            var count = 0L;
            var taken = device.MeasureEnergy(() => count = Run(times.Load));
            repeats[i] = (taken.Joules - idle * taken.Time.TotalSeconds) / (count * batch);
            (passes, joules, seconds) = (passes + count, joules + taken.Joules, seconds + taken.Time.TotalSeconds);
        }

        return new LoadEnergy(name, timesteps, passes * batch / seconds, joules / seconds, repeats);

        // Each pass ends with the logits on the host: there is never more than one waiting, and none when the time is up.
        long Run(TimeSpan time)
        {
            var done = 0L;
            for (var start = Stopwatch.GetTimestamp(); done == 0 || Stopwatch.GetElapsedTime(start) < time; done++)
            {
                cancellation.ThrowIfCancellationRequested();
                network.Run(images, logits);
            }

            return done;
        }
    }

    private void Wait(CancellationToken cancellation)
    {
        if (cancellation.WaitHandle.WaitOne(times.Idle))
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The same network with every weight stored and computed, those that were pruned as zeros.</summary>
    private static SpikingModel Dense(SpikingModel model)
    {
        var dense = new SpikingModel(model.Network, model.Backend);
        try
        {
            foreach (var parameter in dense.Parameters.All)
            {
                parameter.Value.Upload(model.Parameters[parameter.Name].ToDense());
            }

            return dense;
        }
        catch
        {
            dense.Dispose();
            throw;
        }
    }
}
