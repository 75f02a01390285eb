using RobustSnn.Cuda.Nvidia;

namespace RobustSnn.Cuda.Profiling;

/// <summary>A range that a profiler shows until it is disposed of. Ranges of a thread end in the order in which NVTX keeps them: the last first.</summary>
internal sealed class NvtxRange : IDisposable
{
    private static readonly NvtxRange Innermost = new(); // one for all: NVTX knows which is open

    /// <summary>Null where no profiler is attached.</summary>
    public static NvtxRange? Begin(string name)
    {
        if (!Nvtx.IsAttached)
        {
            return null;
        }

        Nvtx.RangePush(name);
        return Innermost;
    }

    public void Dispose() => Nvtx.RangePop();
}
