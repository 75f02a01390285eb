using System.Text;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>
/// Names for stretches of time, which a profiler of NVIDIA's shows (NVTX version 3). Without one every call is a comparison with a constant. Ranges belong to
/// the thread and nest.
/// </summary>
public static unsafe class Nvtx
{
    // Constants for the compiler once this class has begun: what a profiler has not attached to costs nothing.
    private static readonly delegate* unmanaged<byte*, int> PushFunction;
    private static readonly delegate* unmanaged<int> PopFunction;

    static Nvtx()
    {
        if (NvtxInjection.Attach(Environment.GetEnvironmentVariable(NvtxInjection.Variable)) is { } functions)
        {
            PushFunction = (delegate* unmanaged<byte*, int>)functions.Push;
            PopFunction = (delegate* unmanaged<int>)functions.Pop;
        }
    }

    /// <summary>Whether a profiler listens.</summary>
    public static bool IsAttached => PushFunction != null;

    public static void RangePush(string name)
    {
        if (PushFunction != null)
        {
            fixed (byte* text = EndedByZero(name))
            {
                _ = PushFunction(text);
            }
        }
    }

    public static void RangePop()
    {
        if (PopFunction != null)
        {
            _ = PopFunction();
        }
    }

    private static byte[] EndedByZero(string name) => Encoding.UTF8.GetBytes(name + '\0');
}
