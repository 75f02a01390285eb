namespace RobustSnn.Engine.Tests;

/// <summary>What work on this thread takes from the garbage collector.</summary>
internal static class Allocations
{
    private const int Tries = 5;

    /// <summary>
    /// Bytes that each call allocates once it is warm: the least of some calls. What a call itself allocates, it allocates every time; once, on a
    /// busy machine, 6,496 bytes were seen in a call that never does, presumably the runtime's own.
    /// </summary>
    public static long OfEachCall(Action work)
    {
        work();
        work();
        return Enumerable.Range(0, Tries).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
