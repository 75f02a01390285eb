using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Reference;

/// <summary>
/// What every operation means: its equation, site by site, summed in double and rounded once. Slow, single-threaded and without
/// state; the fast backends are tested against it.
/// </summary>
public sealed partial class ReferenceBackend : IBackend
{
    private readonly HashSet<HostBuffer> alive = [];
    private bool isDisposed;

    /// <summary>For <see cref="Backends.Open"/>, which everybody else calls.</summary>
    internal ReferenceBackend()
    {
    }

    public string Name => "reference (plain loops, double accumulation)";

    public bool AddsInKnownOrder => true;

    public int Parallelism => 1;

    public long LiveBytes { get; private set; }

    public long FreeBytes => SystemMemory.FreeBytes;

    /// <summary>None: what it needs beside are .NET's own arrays.</summary>
    public long WorkspaceBytes(IReadOnlyList<PlannedOperation> plan) => 0;

    public DeviceBuffer Allocate(long length, ElementType type = ElementType.Float32)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        var buffer = new HostBuffer(length, type, this);
        alive.Add(buffer);
        LiveBytes += buffer.Bytes;
        return buffer;
    }

    public LaneLayout ChooseLanes(int batch, int timesteps, bool skipsSilence, long largestMap) =>
        LaneLayout.Choose(batch, timesteps).Fitting(largestMap);

    public bool PoolsWhileReading(LaneLayout lanes) => false;

    public IRecording Record(Action operations)
    {
        operations();
        return new CalledRecording(operations);
    }

    public void Synchronize()
    {
    }

    public void Dispose()
    {
        isDisposed = true;
        foreach (var buffer in alive.ToArray())
        {
            buffer.Dispose();
        }
    }

    internal void Forget(HostBuffer buffer)
    {
        if (alive.Remove(buffer))
        {
            LiveBytes -= buffer.Bytes;
        }
    }

    /// <summary>A gradient that an operation writes; other lanes than those of the samples in use are zero in it.</summary>
    private static HostActivation Gradient(Activation gradient, int samples)
    {
        var values = new HostActivation(gradient);
        values.ClearSpareLanes(samples);
        return values;
    }

    /// <summary>target = value, or target += value.</summary>
    private static void Put(ref float target, double value, bool accumulate) => target = (float)(accumulate ? target + value : value);
}
