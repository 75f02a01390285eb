using ManagedCuda;
using ManagedCuda.BasicTypes;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Device;

/// <summary>
/// Operations as a CUDA graph, launched as one. It is captured at the first replay: the run before has taken all the memory that they need, and
/// a capture may take none. Where memory that they work in has moved since, they are captured anew.
/// </summary>
internal sealed class CudaRecording(CudaDevice device, Action operations, Func<long> scratchGeneration) : IRecording
{
    private readonly List<Action> beforehand = [];
    private readonly HashSet<DeviceBuffer> changed = [];
    private CUgraph graph;
    private CUgraphExec executable;
    private bool isCaptured;
    private long generation;

    /// <summary>Notes what has to be done before every replay: weights that changed are brought into the form that is multiplied with.</summary>
    public void Beforehand(Action action) => beforehand.Add(action);

    /// <summary>Notes a buffer that every replay changes.</summary>
    public void Changes(DeviceBuffer buffer) => changed.Add(buffer);

    /// <summary>Whether an operation before has noted that: what was done beforehand has then been done too early.</summary>
    public bool HasChanged(DeviceBuffer buffer) => changed.Contains(buffer);

    public void Replay()
    {
        device.MakeCurrent();
        if (!isCaptured || generation != scratchGeneration())
        {
            Capture();
        }

        foreach (var action in beforehand)
        {
            action();
        }

        device.Check(DriverAPINativeMethods.GraphManagment.cuGraphLaunch(executable, device.Stream), "launch a graph");
        foreach (var buffer in changed)
        {
            buffer.MarkChanged();
        }
    }

    public void Dispose()
    {
        if (isCaptured)
        {
            device.MakeCurrentToGiveBack();
            isCaptured = false;
            _ = DriverAPINativeMethods.GraphManagment.cuGraphExecDestroy(executable);
            _ = DriverAPINativeMethods.GraphManagment.cuGraphDestroy(graph);
            (executable, graph) = (default, default);
        }
    }

    private void Capture()
    {
        Dispose();
        beforehand.Clear();
        changed.Clear();
        device.Check(DriverAPINativeMethods.Streams.cuStreamBeginCapture(device.Stream, CUstreamCaptureMode.Relaxed), "begin a graph");
        device.Recorder = this;
        try
        {
            operations();
        }
        catch
        {
            // What was captured so far is thrown away, and the stream carries operations out again.
            _ = DriverAPINativeMethods.Streams.cuStreamEndCapture(device.Stream, ref graph);
            _ = DriverAPINativeMethods.GraphManagment.cuGraphDestroy(graph);
            throw;
        }
        finally
        {
            device.Recorder = null;
        }

        device.Check(DriverAPINativeMethods.Streams.cuStreamEndCapture(device.Stream, ref graph), "end a graph");
        var made = DriverAPINativeMethods.GraphManagment.cuGraphInstantiate(ref executable, graph, CUgraphInstantiate_flags.None);
        if (made != CUResult.Success)
        {
            _ = DriverAPINativeMethods.GraphManagment.cuGraphDestroy(graph);
            throw device.Failure(made, "make a graph");
        }

        isCaptured = true;
        generation = scratchGeneration();
    }
}
